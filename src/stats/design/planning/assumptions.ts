import { z } from 'zod';
import type { Planner } from './planner.js';

/** One thing that a plan takes for granted. */
export interface Assumption {
  /** such as metric.proportion.rate */
  readonly name: string;
  readonly value: string | number | boolean | readonly unknown[];
  /** what it means, with its unit */
  readonly meaning: string;
  /** false: nobody said so, it is the default */
  readonly isStated: boolean;
}

interface Property {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly $defs?: Readonly<Record<string, Property>>;
}

/**
 * Everything that went into a plan, defaults too: what a reader must agree with before the numbers mean anything.
 * @param options with their defaults
 * @param given   as they were typed
 */
export function assumptionsOf({ options: schema }: Planner, options: unknown, given: unknown): Assumption[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Property;
  return linesOf(root, root, options, given, '');
}

function linesOf(root: Property, at: Property, options: unknown, given: unknown, prefix: string): Assumption[] {
  return Object.entries(options as Record<string, unknown>).flatMap(([key, value]): Assumption[] => {
    if (value === undefined) return [];
    const property = at.properties?.[key];
    const target = property?.$ref === undefined ? property : root.$defs?.[property.$ref.replace('#/$defs/', '')];
    const stated = (given as Record<string, unknown> | undefined)?.[key];
    const name = `${prefix}${key}`;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return linesOf(root, target ?? {}, value, stated, `${name}.`);
    return [{ name, value: value as Assumption['value'], meaning: property?.description ?? target?.description ?? '', isStated: stated !== undefined }];
  });
}
