import type { Range } from './bucket-ranges.js';
import { inRange } from './choose-variation.js';
import { bucketing, type HashMethod } from './hash-method.js';

/**
 * Part of a layer that one experiment holds. Experiments whose parts of the same layer do not overlap exclude each other:
 * no unit is in two of them. Layers are independent of each other, and of every experiment's own hash.
 */
export interface Namespace {
  readonly name: string;
  readonly ranges: readonly Range[];
}

/**
 * A layer's own bucketing. Under both GrowthBook versions it is their version 1 with the seed `__name`, as in the
 * specification; under murmur3 the salt is `layer`, NUL, name, which no sensible experiment salt is.
 */
export const layerBucketing = (method: HashMethod, name: string): ((unit: string) => number) =>
  method === 'murmur3' ? bucketing('murmur3', `layer\0${name}`) : bucketing('growthbook_v1', `__${name}`);

/** Whether a unit lies in one of the namespace's ranges of its layer. */
export function inNamespace(unit: string, namespace: Namespace, method: HashMethod): boolean {
  const bucket = layerBucketing(method, namespace.name)(unit);
  return namespace.ranges.some((range) => inRange(bucket, range));
}
