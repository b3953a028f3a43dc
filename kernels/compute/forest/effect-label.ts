/** The label of a causal forest: the influence of a unit on the slope of Y on W in the node. */
import { records, rho } from './workspace';
import { MIN_TREATMENT_VARIANCE, MIN_UNEXPLAINED, fillCells } from './cells';

export function labelByEffect(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let sumG: f64 = 0;
  let sumWY: f64 = 0;
  let sums = f64x2.splat(0);
  let squares = f64x2.splat(0);
  for (let record = first; record < last; record += 16) {
    const g = <f64>load<f32>(record, 12);
    const values = f64x2.promote_low_f32x4(v128.load64_zero(record, 4));
    const weighted = f64x2.mul(f64x2.splat(g), values);
    sumG += g;
    sums = f64x2.add(sums, weighted);
    squares = f64x2.add(squares, f64x2.mul(weighted, values));
    sumWY += f64x2.extract_lane(weighted, 0) * f64x2.extract_lane(values, 1);
  }
  if (!(sumG > 0)) return false;
  const sumW = f64x2.extract_lane(sums, 0);
  const sumY = f64x2.extract_lane(sums, 1);
  const wBar = sumW / sumG;
  const yBar = sumY / sumG;
  const variation = f64x2.extract_lane(squares, 0) - sumW * wBar;
  if (variation <= MIN_TREATMENT_VARIANCE * sumG) return false;
  const covariation = sumWY - sumW * yBar;
  const sumYY = f64x2.extract_lane(squares, 1);
  const unexplained = sumYY - sumY * yBar - covariation * covariation / variation;
  if (unexplained <= MIN_UNEXPLAINED * sumYY) return false;
  writeLabels(start, end, <f32>wBar, <f32>yBar, <f32>(covariation / variation));
  // the sum of |G z e| is at most the root of sum G z^2 times sum G e^2
  return fillCells(start, end, sumG, Math.sqrt(variation * unexplained), <f32>wBar, variation);
}

/** Four at a time, the last ones past the end. */
function writeLabels(start: i32, end: i32, wBar: f32, yBar: f32, tau: f32): void {
  const last = records + (<usize>end << 4);
  let label = rho + (<usize>start << 2);
  for (let record = records + (<usize>start << 4); record < last; record += 64, label += 16) {
    const record0 = v128.load(record);
    const record1 = v128.load(record, 16);
    const record2 = v128.load(record, 32);
    const record3 = v128.load(record, 48);
    const wg01 = v128.shuffle<i32>(record0, record1, 1, 5, 3, 7);
    const wg23 = v128.shuffle<i32>(record2, record3, 1, 5, 3, 7);
    const y = v128.shuffle<i32>(v128.shuffle<i32>(record0, record1, 2, 6, 2, 6), v128.shuffle<i32>(record2, record3, 2, 6, 2, 6), 0, 1, 4, 5);
    const z = f32x4.sub(v128.shuffle<i32>(wg01, wg23, 0, 1, 4, 5), f32x4.splat(wBar));
    const residual = f32x4.sub(f32x4.sub(y, f32x4.splat(yBar)), f32x4.mul(f32x4.splat(tau), z));
    v128.store(label, f32x4.mul(f32x4.mul(v128.shuffle<i32>(wg01, wg23, 2, 3, 6, 7), z), residual));
  }
}
