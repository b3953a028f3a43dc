import { z } from 'zod';
import type { Planner } from './planner.js';

/** One thing that a plan takes for granted. */
export interface Assumption {
  /** such as metric.proportion.rate */
  readonly name: string;
  readonly value: string | number | boolean | readonly unknown[];
  /** what it means, with its unit */
  readonly meaning: string;
  /** true: what it is unless somebody says otherwise */
  readonly isDefault: boolean;
}

interface Property {
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly items?: Property;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly $defs?: Readonly<Record<string, Property>>;
}

/**
 * Everything that went into a plan, defaults too: what a reader must agree with before the numbers mean anything.
 * @param options with their defaults
 */
export function assumptionsOf({ options: schema }: Planner, options: unknown): Assumption[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Property;
  return linesOf(root, root, options, undefined, '');
}

/** @param defaults of the whole object, where it has one */
function linesOf(root: Property, at: Property, options: unknown, defaults: unknown, prefix: string): Assumption[] {
  return Object.entries(options as Record<string, unknown>).flatMap(([key, value]): Assumption[] => {
    if (value === undefined) return [];
    const property = at.properties?.[key];
    const target = targetOf(root, property);
    const usual = property?.default ?? (defaults as Record<string, unknown> | undefined)?.[key];
    const name = `${prefix}${key}`;
    if (isRecord(value)) return linesOf(root, target ?? {}, value, usual, `${name}.`);
    if (Array.isArray(value) && value.some(isRecord)) return value.flatMap((each, i) => linesOf(root, targetOf(root, target?.items) ?? {}, each, undefined, `${name}[${i}].`));
    return [{ name, value: value as Assumption['value'], meaning: property?.description ?? target?.description ?? '', isDefault: JSON.stringify(usual) === JSON.stringify(value) }];
  });
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const targetOf = (root: Property, property: Property | undefined): Property | undefined =>
  (property?.$ref === undefined ? property : root.$defs?.[property.$ref.replace('#/$defs/', '')]);
