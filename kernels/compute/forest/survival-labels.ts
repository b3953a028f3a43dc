/** Labels of forests over right-censored times. */
import { cells, furtherOfSplit, records, rho, weightCells } from './workspace';
import { splitCount } from './sampling';
import { FIXED_ONE, MIN_LABEL, MIN_TREATMENT_VARIANCE, fillCells, setCounts, setWeightTotal } from './cells';

/** Times are coded 0 .. 255: before the first failure, then steps of failure times. */
const TIMES: usize = 256;
const leaving: usize = memory.data(1024, 16);
const failing: usize = memory.data(1024, 16);
const hazard: usize = memory.data(2048, 16);

/** failures of the node */
export let failureTotal: i32 = 0;

/**
 * The label of a causal survival forest: N - tau D, with tau the ratio of their sums. A child also keeps a share alpha of units that failed.
 * @see Cui, Kosorok, Sverdrup, Wager, Zhu (2023), JRSS B 85(2)
 */
export function labelByRatio(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  const failed = furtherOfSplit + (<usize>splitCount << 2);
  let sumG: f64 = 0;
  let sumW: f64 = 0;
  let sumWW: f64 = 0;
  let sumN: f64 = 0;
  let sumD: f64 = 0;
  let failures = 0;
  for (let record = first; record < last; record += 16) {
    const at = <usize>load<i32>(record) << 2;
    const w = <f64>load<f32>(record, 4);
    const g = <f64>load<f32>(record, 12);
    const gw = g * w;
    sumG += g;
    sumW += gw;
    sumWW += gw * w;
    sumN += g * <f64>load<f32>(record, 8);
    sumD += g * <f64>load<f32>(furtherOfSplit + at);
    failures += <i32>(load<f32>(failed + at) > 0);
  }
  if (!(sumG > 0)) return false;
  const wBar = sumW / sumG;
  const variation = sumWW - sumW * wBar;
  if (Math.abs(sumD) <= MIN_TREATMENT_VARIANCE * sumG || variation <= MIN_TREATMENT_VARIANCE * sumG) return false;
  const tau = <f32>(sumN / sumD);
  let norm: f64 = 0;
  let label = rho + (<usize>start << 2);
  for (let record = first; record < last; record += 16, label += 4) {
    const d = load<f32>(furtherOfSplit + (<usize>load<i32>(record) << 2));
    const value = load<f32>(record, 12) * (load<f32>(record, 8) - tau * d);
    store<f32>(label, value);
    norm += <f64>abs(value);
  }
  if (norm <= MIN_LABEL * sumG || !fillCells(start, end, sumG, norm, <f32>wBar, variation)) return false;
  failureTotal = failures;
  return true;
}

/**
 * The label of a survival forest: failed less expected failures by the node's cumulative hazard. The gain of a cut, r^2 / (El Er) with
 * r the sum on the left and El, Er the failures expected on both sides, is the log-rank statistic up to a factor of the node.
 *
 * Cells count failures, so that each child keeps as many failures as a share alpha of the node's units.
 * @see Sverdrup, Yang, LeBlanc (2025), arXiv 2510.03665
 */
export function labelByMartingale(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  memory.fill(leaving, 0, TIMES << 2);
  memory.fill(failing, 0, TIMES << 2);
  let failures = 0;
  for (let record = first; record < last; record += 16) {
    const at = <usize><i32>load<f32>(record, 4) << 2;
    const failed = <i32>(load<f32>(record, 8) > 0);
    store<i32>(leaving + at, load<i32>(leaving + at) + 1);
    store<i32>(failing + at, load<i32>(failing + at) + failed);
    failures += failed;
  }
  let atRisk = end - start;
  let sum: f64 = 0;
  let expected: f64 = 0;
  for (let time: usize = 0; time < TIMES; time++) {
    const gone = load<i32>(leaving + (time << 2));
    if (gone > 0) sum += <f64>load<i32>(failing + (time << 2)) / <f64>atRisk;
    store<f64>(hazard + (time << 3), sum);
    expected += <f64>gone * sum;
    atRisk -= gone;
  }
  if (failures < 2 || !(expected > 0)) return false;
  let norm: f64 = 0;
  let label = rho + (<usize>start << 2);
  for (let record = first; record < last; record += 16, label += 4) {
    const value = <f32>((load<f32>(record, 8) > 0 ? 1.0 : 0.0) - load<f64>(hazard + (<usize><i32>load<f32>(record, 4) << 3)));
    store<f32>(label, value);
    norm += <f64>abs(value);
  }
  if (norm <= MIN_LABEL * <f64>(end - start)) return false;
  setCounts(end - start, failures);
  fillFailureCells(start, end, <f32>(FIXED_ONE / norm), <f32>(FIXED_ONE / expected));
  return true;
}

/** Cells of 8 bytes { failed, rho }, and as weights the expected failures; at least 1, so that units show in them. */
function fillFailureCells(start: i32, end: i32, scale: f32, hazardScale: f32): void {
  let total = 0;
  for (let i = start; i < end; i++) {
    const at = <usize>i << 2;
    const record = records + (<usize>i << 4);
    store<i64>(cells + (<usize>i << 3), (<i64><i32>(load<f32>(rho + at) * scale) << 32) + <i64>(load<f32>(record, 8) > 0));
    const cell = max(1, <i32>(<f32>load<f64>(hazard + (<usize><i32>load<f32>(record, 4) << 3)) * hazardScale));
    store<i32>(weightCells + at, cell);
    total += cell;
  }
  setWeightTotal(total);
}
