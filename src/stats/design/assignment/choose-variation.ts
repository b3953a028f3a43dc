import type { Range } from './bucket-ranges.js';

/** Whether a bucket lies in [from, to). */
export const inRange = (bucket: number, range: Range): boolean => bucket >= range.from && bucket < range.to;

/**
 * Index of the first range that holds the bucket; -1: none does.
 * @param bucket in [0, 1)
 */
export function chooseVariation(bucket: number, ranges: readonly Range[]): number {
  for (let i = 0; i < ranges.length; i++) if (inRange(bucket, ranges[i]!)) return i;
  return -1;
}
