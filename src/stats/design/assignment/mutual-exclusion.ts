import type { Range } from './bucket-ranges.js';
import type { HashMethod } from './hash-method.js';

/** What decides whether two experiments can share a unit. */
export interface LayerClaim {
  readonly experiment: string;
  readonly hash: HashMethod;
  readonly layer: string;
  readonly ranges: readonly Range[];
}

/** Two experiments of one layer that can meet in the same unit, and the share of the layer's units where they do. */
export interface Overlap {
  readonly experiments: readonly [string, string];
  readonly layer: string;
  /** fraction of the layer, in (0, 1] */
  readonly share: number;
}

/**
 * Every pair of experiments whose claims on a layer overlap; none: the experiments exclude each other.
 *
 * Claims under different hash families cut the layer differently, so that their ranges say nothing of each other: such a
 * pair overlaps in the product of its shares, as independent experiments do.
 */
export function layerOverlaps(claims: readonly LayerClaim[]): readonly Overlap[] {
  const overlaps: Overlap[] = [];
  for (let i = 0; i < claims.length; i++) {
    for (let j = i + 1; j < claims.length; j++) {
      const [a, b] = [claims[i]!, claims[j]!];
      if (a.layer !== b.layer) continue;
      const share = isMurmur(a) === isMurmur(b) ? commonLength(a.ranges, b.ranges) : length(a.ranges) * length(b.ranges);
      if (share > 0) overlaps.push({ experiments: [a.experiment, b.experiment], layer: a.layer, share });
    }
  }
  return overlaps;
}

/** Stretches of a layer that no claim holds, in order: where a new experiment may go. */
export function freeRanges(claims: readonly LayerClaim[]): readonly Range[] {
  const taken = claims.flatMap((claim) => claim.ranges).filter((range) => range.to > range.from).sort((a, b) => a.from - b.from);
  const free: Range[] = [];
  let end = 0;
  for (const range of taken) {
    if (range.from > end) free.push({ from: end, to: range.from });
    end = Math.max(end, range.to);
  }
  return end < 1 ? [...free, { from: end, to: 1 }] : free;
}

const isMurmur = (claim: LayerClaim): boolean => claim.hash === 'murmur3';

const length = (ranges: readonly Range[]): number => ranges.reduce((sum, range) => sum + Math.max(0, range.to - range.from), 0);

function commonLength(a: readonly Range[], b: readonly Range[]): number {
  let sum = 0;
  for (const x of a) for (const y of b) sum += Math.max(0, Math.min(x.to, y.to) - Math.max(x.from, y.from));
  return sum;
}
