import { forestKinds } from '../forest-kinds.js';
import type { GrowthPlan } from '../growth-plan.js';
import { PACKED_LIMIT, type Balance, type Labels } from './cells.js';

const f32 = Math.fround;
const BINS = 256;

export interface Split {
  readonly gain: number;
  readonly feature: number;
  /** the highest bin that goes left; in an order of levels the last place that does */
  readonly threshold: number;
  readonly missingRight: boolean;
  /** of a categorical feature: its levels in the node, in the order that the threshold cuts */
  readonly order: readonly number[] | null;
}

/** Sums of cells by slot; a slot is bin >> shift. */
export interface Histogram {
  readonly feature: number;
  readonly shift: number;
  /** units, or failures where those count */
  readonly count: Int32Array;
  readonly units: Int32Array;
  readonly weight: Int32Array;
  readonly failed: Int32Array;
  readonly rho: readonly Int32Array[];
  readonly balances: readonly { readonly z: Int32Array; readonly square: Int32Array; readonly small: Int32Array }[];
}

export function histogramOf(binOf: (i: number) => number, labels: Labels, feature: number, shift: number): Histogram {
  const slots = Int32Array.from(labels.weight, (_, i) => binOf(i) >> shift);
  const sumsOf = (cells: ArrayLike<number> | null) => {
    const sums = new Int32Array(BINS + 1);
    if (cells) slots.forEach((slot, i) => { sums[slot]! += cells[i]!; });
    return sums;
  };
  return {
    feature, shift, count: sumsOf(labels.count), units: sumsOf(slots.map(() => 1)), weight: sumsOf(labels.weight), failed: sumsOf(labels.failed),
    rho: labels.rho.map(sumsOf), balances: labels.balances.map(({ z, square, small }) => ({ z: sumsOf(z), square: sumsOf(square), small: sumsOf(small) })),
  };
}

const sumsIn = (histogram: Histogram): Int32Array[] =>
  [histogram.count, histogram.units, histogram.weight, histogram.failed, ...histogram.rho, ...histogram.balances.flatMap(({ z, square, small }) => [z, square, small])];

/** Forgets the missing values, so that they count as going right. */
export function dropMissing(histogram: Histogram): void {
  for (const sums of sumsIn(histogram)) sums[0] = 0;
}

/** The same sums with slots in another order. */
export function reorder(histogram: Histogram, order: readonly number[]): Histogram {
  const move = (sums: Int32Array) => Int32Array.from({ length: BINS + 1 }, (_, place) => (place < order.length ? sums[order[place]!]! : 0));
  const { feature, shift, count, units, weight, failed, rho, balances } = histogram;
  return {
    feature, shift, count: move(count), units: move(units), weight: move(weight), failed: move(failed), rho: rho.map(move),
    balances: balances.map(({ z, square, small }) => ({ z: move(z), square: move(square), small: move(small) })),
  };
}

/** The better of `best` and the best cut of this feature. Twin of the splitting rules in kernels/compute/forest. */
export function scan(plan: GrowthPlan, histogram: Histogram, labels: Labels, missingRight: boolean, best: Split, order: readonly number[] | null = null): Split {
  const left = histogram.rho.map(() => 0);
  const balanced = histogram.balances.map(() => ({ z: 0, square: 0, small: 0 }));
  let count = 0;
  let wl = 0;
  let failed = 0;
  for (let slot = 0; slot <= BINS; slot++) {
    count += histogram.count[slot]!;
    wl += histogram.weight[slot]!;
    failed += histogram.failed[slot]!;
    histogram.rho.forEach((sums, j) => { left[j]! += sums[slot]!; });
    histogram.balances.forEach(({ z, square, small }, k) => {
      balanced[k]!.z += z[slot]!;
      balanced[k]!.square += square[slot]!;
      balanced[k]!.small += small[slot]!;
    });
    const wr = labels.weightTotal - wl;
    if (!(wl > 0 && wr > 0)) continue;
    if (labels.balances.length === 0 && (count < labels.leastCount || count > labels.countTotal - labels.leastCount)) continue;
    if (!labels.balances.every((balance, k) => keepsBothKinds(plan, labels, balance, count, balanced[k]!.small))) continue;
    let gain = gainOf(plan, left, wl, wr);
    if (labels.balances.length > 0) {
      if (!(gain > best.gain)) continue;
      if (labels.failed && (failed < labels.leastCount || labels.failedTotal - failed < labels.leastCount)) continue;
      const variations = labels.balances.map((balance, k) => variationsOf(labels, balance, balanced[k]!, wl));
      if (variations.some(({ left: l, right: r }, k) => l < plan.alpha * labels.balances[k]!.variation || r < plan.alpha * labels.balances[k]!.variation)) continue;
      gain = balancedGain(plan, labels, gain, count, variations);
    } else if (plan.imbalancePenalty > 0) gain = penalised(plan, labels, gain, count);
    if (gain > best.gain) best = { gain, feature: histogram.feature, threshold: ((slot + 1) << histogram.shift) - 1, missingRight, order };
  }
  return best;
}

function gainOf(plan: GrowthPlan, left: readonly number[], wl: number, wr: number): number {
  if (forestKinds[plan.kind].splits === 'several') return f32(left.reduce((sum, r) => sum + r * r, 0) / (wl * wr));
  const r = f32(left[0]!);
  return f32(f32(r * r) / f32(f32(wl) * f32(wr)));
}

/** In float32 where the kernel judges four cuts at once, in float64 for several labels. */
function penalised(plan: GrowthPlan, labels: Labels, gain: number, n: number): number {
  const total = labels.countTotal;
  if (forestKinds[plan.kind].splits === 'several') return f32(gain - labels.penalty * (1 / n + 1 / (total - n)));
  return f32(gain - f32(f32(labels.penalty * total) / f32(f32(n) * f32(total - n))));
}

function keepsBothKinds(plan: GrowthPlan, labels: Labels, balance: Balance, n: number, small: number): boolean {
  const { units } = labels;
  if (units >= PACKED_LIMIT && forestKinds[plan.kind].splits === 'stabilised') return n >= plan.minNodeSize && n <= units - plan.minNodeSize;
  const large = n - small;
  return small >= plan.minNodeSize && large >= plan.minNodeSize
    && balance.smallCount - small >= plan.minNodeSize && units - balance.smallCount - large >= plan.minNodeSize;
}

interface Variations { readonly left: number; readonly right: number }

function variationsOf(labels: Labels, balance: Balance, sums: { readonly z: number; readonly square: number }, wl: number): Variations {
  const z = sums.z * balance.zStep;
  const square = sums.square * balance.squareStep;
  return {
    left: square - (z * z) / (wl * labels.weightStep),
    right: balance.variation - square - (z * z) / ((labels.weightTotal - wl) * labels.weightStep),
  };
}

/** The gain less the penalty; 0 when a stabilised child has no variation of the treatment. */
function balancedGain(plan: GrowthPlan, labels: Labels, gain: number, n: number, [first]: readonly Variations[]): number {
  if (!(plan.imbalancePenalty > 0)) return gain;
  if (forestKinds[plan.kind].splits === 'several') return penalised(plan, labels, gain, n);
  const { left, right } = first!;
  return left > 0 && right > 0 ? f32(gain - labels.penalty * (1 / left + 1 / right)) : 0;
}
