/**
 * Splitting by the stabilised causal rule: as the regression rule, but each child must keep `minNodeSize` units below and above the
 * node's mean treatment and a share `alpha` of its treatment variation (Athey, Tibshirani, Wager 2019, section 6; Wager, Athey 2018);
 * over censored times also as many failures as a share `alpha` of the node's units.
 */
import { LABEL_RATIO, imbalancePenalty, labelling, minNodeSize, weighted } from './options';
import { PACKED_LIMIT, countTotal, leastCount, leastVariation, penalty, smallCount, squareStep, treatmentStep, treatmentVariation, weightStep, weightTotal } from './cells';
import { failureTotal } from './survival-labels';
import { bestGain, keepBest } from './best-split';
import { lastLane, prefixSums } from './splitting';

/** what `judge` reads of four cuts: masks, gains, weights and failures on the left, and the sums on the left of each */
const candidateLanes: usize = memory.data(128, 16);

/**
 * Offers the best cut of one feature.
 *
 * @param sums histogram of { rho, G z, G z^2, units below the mean << 16 | units above }, z = W - wBar, cleared on the way unless `keep`; so are the others
 */
export function scanGradients(
  sums: usize, weights: usize, failures: usize, feature: i32, first: i32, last: i32, shift: i32, missingRight: bool, keep: bool,
): void {
  const zero = i32x4.splat(0);
  const isWeighted = weighted;
  const countsFailures = labelling == LABEL_RATIO;
  const isPacked = countTotal < PACKED_LIMIT;
  const countMask = i32x4.splat(isPacked ? 0xffff : -1);
  const upperHalf = isPacked ? 16 : 31;
  const least = isPacked ? i16x8.splat(<i16>minNodeSize) : i32x4.splat(minNodeSize);
  const range = isPacked
    ? i16x8.sub(i32x4.splat(countTotal + smallCount * 0xffff), i16x8.splat(<i16>(2 * minNodeSize)))
    : i32x4.splat(countTotal - 2 * minNodeSize);
  const total = i32x4.splat(weightTotal);
  let best = f32x4.splat(bestGain);
  let left = zero;
  let weightBefore = zero;
  let failuresBefore = zero;
  for (let slot = first & ~3; slot <= last; slot += 4) {
    const at = sums + (<usize>slot << 4);
    const left0 = i32x4.add(left, v128.load(at));
    const left1 = i32x4.add(left0, v128.load(at, 16));
    const left2 = i32x4.add(left1, v128.load(at, 32));
    const left3 = i32x4.add(left2, v128.load(at, 48));
    left = left3;
    if (!keep) {
      v128.store(at, zero);
      v128.store(at, zero, 16);
      v128.store(at, zero, 32);
      v128.store(at, zero, 48);
    }
    const outer01 = v128.shuffle<i32>(left0, left1, 0, 4, 3, 7);
    const outer23 = v128.shuffle<i32>(left2, left3, 0, 4, 3, 7);
    const r = v128.shuffle<i32>(outer01, outer23, 0, 1, 4, 5);
    const packed = v128.shuffle<i32>(outer01, outer23, 2, 3, 6, 7);
    let wl = i32x4.add(v128.and(packed, countMask), i32x4.shr_u(packed, upperHalf));
    // enough units of both kinds in both children
    let isAllowed = isPacked
      ? i32x4.eq(i16x8.le_u(i16x8.sub(packed, least), range), i32x4.splat(-1))
      : i32x4.le_u(i32x4.sub(packed, least), range);
    if (isWeighted) {
      const atWeight = weights + (<usize>slot << 2);
      wl = i32x4.add(prefixSums(v128.load(atWeight)), weightBefore);
      if (!keep) v128.store(atWeight, zero);
      weightBefore = lastLane(wl);
      isAllowed = v128.and(isAllowed, v128.and(i32x4.gt_s(wl, zero), i32x4.lt_s(wl, total)));
    }
    let failed = zero;
    if (countsFailures) {
      const atFailures = failures + (<usize>slot << 2);
      failed = i32x4.add(prefixSums(v128.load(atFailures)), failuresBefore);
      if (!keep) v128.store(atFailures, zero);
      failuresBefore = lastLane(failed);
    }
    const r32 = f32x4.convert_i32x4_s(r);
    const weightProduct = f32x4.mul(f32x4.convert_i32x4_s(wl), f32x4.convert_i32x4_s(i32x4.sub(total, wl)));
    const gain = f32x4.div(f32x4.mul(r32, r32), weightProduct);
    isAllowed = v128.and(isAllowed, f32x4.gt(gain, best));
    if (!v128.any_true(isAllowed)) continue;
    v128.store(candidateLanes, isAllowed);
    v128.store(candidateLanes, gain, 16);
    v128.store(candidateLanes, wl, 32);
    v128.store(candidateLanes, failed, 48);
    v128.store(candidateLanes, left0, 64);
    v128.store(candidateLanes, left1, 80);
    v128.store(candidateLanes, left2, 96);
    v128.store(candidateLanes, left3, 112);
    judge(feature, slot, shift, missingRight);
    best = f32x4.splat(bestGain);
  }
}

/** The scalar half of the rule, for the few cuts whose gain beats the best: variation kept by both children, and the penalty. */
function judge(feature: i32, slot: i32, shift: i32, missingRight: bool): void {
  for (let lane = 0; lane < 4; lane++) {
    const at = candidateLanes + (<usize>lane << 2);
    const left = candidateLanes + (<usize>lane << 4);
    let gain = load<f32>(at, 16);
    if (!load<i32>(at) || !(gain > bestGain)) continue;
    if (labelling == LABEL_RATIO) {
      const failed = load<i32>(at, 48);
      if (failed < leastCount || failureTotal - failed < leastCount) continue;
    }
    const wl = load<i32>(at, 32);
    const z = <f64>load<i32>(left, 68) * treatmentStep;
    const zSquared = <f64>load<i32>(left, 72) * squareStep;
    const variationLeft = zSquared - z * z / (<f64>wl * weightStep);
    const variationRight = treatmentVariation - zSquared - z * z / (<f64>(weightTotal - wl) * weightStep);
    if (variationLeft < leastVariation || variationRight < leastVariation) continue;
    if (imbalancePenalty > 0) {
      if (!(variationLeft > 0 && variationRight > 0)) continue;
      gain = <f32>(<f64>gain - penalty * (1 / variationLeft + 1 / variationRight));
      if (!(gain > bestGain)) continue;
    }
    keepBest(gain, feature, ((slot + lane + 1) << shift) - 1, missingRight);
  }
}
