/**
 * Splitting by the regression rule: the cut that maximises the between-children sum of squares of rho.
 *
 * Rho sums to zero over the node, so with r the sum on the left the criterion r^2 / wl + r^2 / wr is proportional to r^2 / (wl wr).
 * Four bins are judged at once; the sums are integers, so the order of addition does not matter.
 */
import { imbalancePenalty, judgedByWeight } from './options';
import { countTotal, leastCount, penalty, weightTotal } from './cells';
import { bestGain, keepBest } from './best-split';

const candidateLanes: usize = memory.data(32, 16);

/** Running sums of four lanes: x0, x0 + x1, x0 + x1 + x2, ... */
export function prefixSums(x: v128): v128 {
  const zero = i32x4.splat(0);
  const pairs = i32x4.add(x, v128.shuffle<i32>(zero, x, 0, 4, 5, 6));
  return i32x4.add(pairs, v128.shuffle<i32>(zero, pairs, 0, 1, 4, 5));
}

/** Running sums of two cells: x0, x0 + x1. */
function pairSums(x: v128): v128 {
  return i64x2.add(x, v128.shuffle<i64>(i64x2.splat(0), x, 0, 2));
}

export function lastLane(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 3, 3, 3, 3);
}

/**
 * Offers the best cut of one feature.
 *
 * @param sums histogram of { count, rho }, cleared on the way unless `keep`
 * @param first first used slot of the histogram, and the last
 */
export function scanLabels(sums: usize, weights: usize, feature: i32, first: i32, last: i32, shift: i32, missingRight: bool, keep: bool): void {
  const zero = i32x4.splat(0);
  const isWeighted = judgedByWeight;
  const count = countTotal;
  const tooFew = i32x4.splat(leastCount - 1);
  const tooMany = i32x4.splat(count - leastCount + 1);
  const total = i32x4.splat(count);
  const totalWeight = i32x4.splat(weightTotal);
  const isPenalised = imbalancePenalty > 0;
  const penalties = f32x4.splat(<f32>(penalty * <f64>count));
  let best = f32x4.splat(bestGain);
  let before = zero;
  let weightBefore = zero;
  for (let slot = first & ~3; slot <= last; slot += 4) {
    const at = sums + (<usize>slot << 3);
    const left01 = i64x2.add(pairSums(v128.load(at)), before);
    const left23 = i64x2.add(pairSums(v128.load(at, 16)), v128.shuffle<i64>(left01, left01, 1, 1));
    before = v128.shuffle<i64>(left23, left23, 1, 1);
    if (!keep) {
      v128.store(at, zero);
      v128.store(at, zero, 16);
    }
    const n = v128.shuffle<i32>(left01, left23, 0, 2, 4, 6);
    const r = v128.shuffle<i32>(left01, left23, 1, 3, 5, 7);
    let wl = n;
    let wr = i32x4.sub(total, n);
    let isAllowed = v128.and(i32x4.gt_s(n, tooFew), i32x4.lt_s(n, tooMany));
    if (isWeighted) {
      const atWeight = weights + (<usize>slot << 2);
      wl = i32x4.add(prefixSums(v128.load(atWeight)), weightBefore);
      wr = i32x4.sub(totalWeight, wl);
      if (!keep) v128.store(atWeight, zero);
      weightBefore = lastLane(wl);
      isAllowed = v128.and(isAllowed, v128.and(i32x4.gt_s(wl, zero), i32x4.gt_s(wr, zero)));
    }
    const r32 = f32x4.convert_i32x4_s(r);
    let gain = f32x4.div(f32x4.mul(r32, r32), f32x4.mul(f32x4.convert_i32x4_s(wl), f32x4.convert_i32x4_s(wr)));
    if (isPenalised) {
      const balance = f32x4.mul(f32x4.convert_i32x4_s(n), f32x4.convert_i32x4_s(i32x4.sub(total, n)));
      gain = f32x4.sub(gain, f32x4.div(penalties, balance));
    }
    isAllowed = v128.and(isAllowed, f32x4.gt(gain, best));
    if (!v128.any_true(isAllowed)) continue;
    v128.store(candidateLanes, isAllowed);
    v128.store(candidateLanes, gain, 16);
    for (let lane = 0; lane < 4; lane++) {
      const value = load<f32>(candidateLanes + (<usize>lane << 2), 16);
      if (load<i32>(candidateLanes + (<usize>lane << 2)) && value > bestGain) {
        keepBest(value, feature, ((slot + lane + 1) << shift) - 1, missingRight);
      }
    }
    best = f32x4.splat(bestGain);
  }
}
