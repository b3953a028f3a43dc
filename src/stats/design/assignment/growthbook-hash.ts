import { bucketing } from './hash-method.js';

/**
 * Where a unit falls in [0, 1) under GrowthBook's public hash specification.
 *
 * Version 1: fnv(value + seed) on a grid of 1,000. Version 2: fnv(decimal text of fnv(seed + value)) on a grid of 10,000,
 * which removes the correlation between experiments that version 1 has. Other versions: null, the unit is not assigned.
 * @param seed  seed of the experiment, or its key
 * @param value identifier of the unit
 * @see GrowthBook SDK specification 0.8, "hash"
 */
export function growthbookHash(seed: string, value: string, version: number): number | null {
  if (version === 1) return bucketing('growthbook_v1', seed)(value);
  if (version === 2) return bucketing('growthbook_v2', seed)(value);
  return null;
}
