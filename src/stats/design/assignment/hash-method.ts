import { fnv1a32, fnv1a32OfDecimal } from './fnv1a32.js';
import { murmur3 } from './murmur3.js';

/**
 * `murmur3`: Assay's own. `growthbook_v1` and `growthbook_v2`: bit for bit what GrowthBook's SDKs compute.
 *
 * Why not GrowthBook's for all: its grid has 1,000 (v1) or 10,000 (v2) buckets, so that a share of 0.05 % is a whole bucket
 * or nothing, v1 correlates experiments, and UTF-16 code units are a JavaScript notion that ports in other languages got
 * wrong. MurmurHash3 over UTF-8 has 2^32 buckets, one public definition and implementations everywhere; its seed is the
 * hash of the salt, so that no choice of salt and unit can read as another pair.
 */
export const hashMethods = ['murmur3', 'growthbook_v1', 'growthbook_v2'] as const;
export type HashMethod = (typeof hashMethods)[number];

const TWO_TO_32 = 2 ** 32;

/** A map from units to buckets in [0, 1). Same salt and unit: same bucket, on every machine, for ever. */
export type Bucketing = (unit: string) => number;

/** The bucketing of one salt, with all that depends on the salt alone computed once. */
export function bucketing(method: HashMethod, salt: string): Bucketing {
  switch (method) {
    case 'murmur3': {
      const seed = murmur3(salt);
      return (unit) => murmur3(unit, seed) / TWO_TO_32;
    }
    case 'growthbook_v1':
      return (unit) => (fnv1a32(salt, fnv1a32(unit)) % 1000) / 1000;
    case 'growthbook_v2': {
      const state = fnv1a32(salt);
      return (unit) => (fnv1a32OfDecimal(fnv1a32(unit, state)) % 10000) / 10000;
    }
  }
}
