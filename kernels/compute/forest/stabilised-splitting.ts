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

const candidateLanes: usize = memory.data(128, 16);
const NEVER_LIMITS: i32 = 0x3fffffff;

/**
 * Offers the best cut of one feature.
 *
 * @param sums histogram of { rho, G z, G z^2, small << 16 | count }, z = W - wBar, cleared on the way unless `keep`; so are the others
 */
export function scanGradients(
  sums: usize, weights: usize, failures: usize, feature: i32, first: i32, last: i32, shift: i32, missingRight: bool, keep: bool,
): void {
  const zero = i32x4.splat(0);
  const count = countTotal;
  const isWeighted = weighted;
  const countsFailures = labelling == LABEL_RATIO;
  const isPacked = count < PACKED_LIMIT;
  const countMask = i32x4.splat(isPacked ? 0xffff : -1);
  const smallShift = isPacked ? 16 : 31;
  const leastSmall = i32x4.splat(isPacked ? minNodeSize : 0);
  const mostSmall = i32x4.splat(isPacked ? smallCount - minNodeSize : NEVER_LIMITS);
  const leastLarge = i32x4.splat(minNodeSize);
  const mostLarge = i32x4.splat(isPacked ? count - smallCount - minNodeSize : count - minNodeSize);
  const total = i32x4.splat(weightTotal);
  let best = f32x4.splat(bestGain);
  let before = zero;
  let rhoBefore = zero;
  let packedBefore = zero;
  let weightBefore = zero;
  let failuresBefore = zero;
  for (let slot = first & ~3; slot <= last; slot += 4) {
    const at = sums + (<usize>slot << 4);
    const cell0 = v128.load(at);
    const cell1 = v128.load(at, 16);
    const cell2 = v128.load(at, 32);
    const cell3 = v128.load(at, 48);
    if (!keep) {
      v128.store(at, zero);
      v128.store(at, zero, 16);
      v128.store(at, zero, 32);
      v128.store(at, zero, 48);
    }
    const outer01 = v128.shuffle<i32>(cell0, cell1, 0, 4, 3, 7);
    const outer23 = v128.shuffle<i32>(cell2, cell3, 0, 4, 3, 7);
    const r = i32x4.add(prefixSums(v128.shuffle<i32>(outer01, outer23, 0, 1, 4, 5)), rhoBefore);
    const packed = i32x4.add(prefixSums(v128.shuffle<i32>(outer01, outer23, 2, 3, 6, 7)), packedBefore);
    rhoBefore = lastLane(r);
    packedBefore = lastLane(packed);
    const n = v128.and(packed, countMask);
    const small = i32x4.shr_s(packed, smallShift);
    const large = i32x4.sub(n, small);
    let isAllowed = v128.and(
      v128.and(i32x4.ge_s(small, leastSmall), i32x4.ge_s(large, leastLarge)),
      v128.and(i32x4.le_s(small, mostSmall), i32x4.le_s(large, mostLarge)),
    );
    let wl = n;
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
    const after = i32x4.add(before, i32x4.add(i32x4.add(cell0, cell1), i32x4.add(cell2, cell3)));
    if (v128.any_true(isAllowed)) {
      v128.store(candidateLanes, isAllowed);
      v128.store(candidateLanes, gain, 16);
      v128.store(candidateLanes, wl, 32);
      v128.store(candidateLanes, cell0, 48);
      v128.store(candidateLanes, cell1, 64);
      v128.store(candidateLanes, cell2, 80);
      v128.store(candidateLanes, cell3, 96);
      v128.store(candidateLanes, failed, 112);
      judge(before, feature, slot, shift, missingRight);
      best = f32x4.splat(bestGain);
    }
    before = after;
  }
}

/** The scalar half of the rule, for the few cuts whose gain beats the best: variation kept by both children, and the penalty. */
function judge(before: v128, feature: i32, slot: i32, shift: i32, missingRight: bool): void {
  let left = before;
  for (let lane = 0; lane < 4; lane++) {
    const at = candidateLanes + (<usize>lane << 2);
    left = i32x4.add(left, v128.load(candidateLanes + (<usize>lane << 4), 48));
    let gain = load<f32>(at, 16);
    if (!load<i32>(at) || !(gain > bestGain)) continue;
    if (labelling == LABEL_RATIO) {
      const failed = load<i32>(at, 112);
      if (failed < leastCount || failureTotal - failed < leastCount) continue;
    }
    const wl = load<i32>(at, 32);
    const z = <f64>i32x4.extract_lane(left, 1) * treatmentStep;
    const zSquared = <f64>i32x4.extract_lane(left, 2) * squareStep;
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
