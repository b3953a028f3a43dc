import type { GrowthPlan } from '../growth-plan.js';
import { PACKED_LIMIT, type Labels } from './relabelling.js';

const f32 = Math.fround;
const BINS = 256;

export interface Split {
  readonly gain: number;
  readonly feature: number;
  /** the highest bin that goes left */
  readonly threshold: number;
  readonly missingRight: boolean;
}

/** Sums of cells by slot; a slot is bin >> shift. */
export interface Histogram {
  readonly feature: number;
  readonly shift: number;
  readonly count: Int32Array;
  readonly rho: Int32Array;
  readonly treatment: Int32Array;
  readonly square: Int32Array;
  readonly small: Int32Array;
  readonly weight: Int32Array;
}

export function histogramOf(binOf: (i: number) => number, labels: Labels, feature: number, shift: number): Histogram {
  const sums = () => new Int32Array(BINS + 1);
  const histogram = { feature, shift, count: sums(), rho: sums(), treatment: sums(), square: sums(), small: sums(), weight: sums() };
  const isStabilised = labels.small.length > 0;
  for (let i = 0; i < labels.rho.length; i++) {
    const slot = binOf(i) >> shift;
    histogram.count[slot]!++;
    histogram.rho[slot]! += labels.rho[i]!;
    histogram.weight[slot]! += labels.weight[i]!;
    if (!isStabilised) continue;
    histogram.treatment[slot]! += labels.treatment[i]!;
    histogram.square[slot]! += labels.square[i]!;
    histogram.small[slot]! += labels.small[i]!;
  }
  return histogram;
}

/** Forgets the missing values, so that they count as going right. */
export function dropMissing(histogram: Histogram): void {
  for (const sums of [histogram.count, histogram.rho, histogram.treatment, histogram.square, histogram.small, histogram.weight]) sums[0] = 0;
}

/** The better of `best` and the best cut of this feature. Twin of splitting.ts and stabilised-splitting.ts in kernels/compute/forest. */
export function scan(plan: GrowthPlan, histogram: Histogram, labels: Labels, missingRight: boolean, best: Split): Split {
  const count = labels.rho.length;
  const minChild = Math.max(1, Math.ceil(count * plan.alpha));
  let n = 0;
  let r = 0;
  let wl = 0;
  let small = 0;
  let treatment = 0;
  let square = 0;
  for (let slot = 0; slot <= BINS; slot++) {
    n += histogram.count[slot]!;
    r += histogram.rho[slot]!;
    wl += histogram.weight[slot]!;
    small += histogram.small[slot]!;
    treatment += histogram.treatment[slot]!;
    square += histogram.square[slot]!;
    const wr = labels.weightTotal - wl;
    if (!(wl > 0 && wr > 0)) continue;
    let gain = f32(f32(f32(r) * f32(r)) / f32(f32(wl) * f32(wr)));
    if (plan.kind === 'causal') {
      if (!keepsBothKinds(plan, labels, n, small) || !(gain > best.gain)) continue;
      gain = stabilisedGain(plan, labels, gain, wl, treatment * labels.treatmentStep, square * labels.squareStep);
    } else {
      if (n < minChild || n > count - minChild) continue;
      if (plan.imbalancePenalty > 0) gain = f32(gain - f32(f32(labels.penalty * count) / f32(f32(n) * f32(count - n))));
    }
    if (gain > best.gain) best = { gain, feature: histogram.feature, threshold: ((slot + 1) << histogram.shift) - 1, missingRight };
  }
  return best;
}

function keepsBothKinds(plan: GrowthPlan, labels: Labels, n: number, small: number): boolean {
  const count = labels.rho.length;
  if (count >= PACKED_LIMIT) return n >= plan.minNodeSize && n <= count - plan.minNodeSize;
  const large = n - small;
  return small >= plan.minNodeSize && large >= plan.minNodeSize
    && labels.smallCount - small >= plan.minNodeSize && count - labels.smallCount - large >= plan.minNodeSize;
}

/** The gain less the penalty; 0 when a child would keep too little variation of the treatment. */
function stabilisedGain(plan: GrowthPlan, labels: Labels, gain: number, wl: number, z: number, zSquared: number): number {
  const left = zSquared - (z * z) / (wl * labels.weightStep);
  const right = labels.treatmentVariation - zSquared - (z * z) / ((labels.weightTotal - wl) * labels.weightStep);
  const least = plan.alpha * labels.treatmentVariation;
  if (left < least || right < least) return 0;
  if (!(plan.imbalancePenalty > 0)) return gain;
  return left > 0 && right > 0 ? f32(gain - labels.penalty * (1 / left + 1 / right)) : 0;
}
