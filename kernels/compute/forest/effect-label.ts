/** The label of a causal forest: the influence of a unit on the slope of Y on W in the node. */
import { records, rho } from './workspace';
import { MIN_LABEL, MIN_TREATMENT_VARIANCE, fillCells } from './cells';
import { addFirst, addLast, firstField, lastField, outcomeAndWeight, totalOf, treatmentAndWeight, upTo } from './four-units';

export function labelByEffect(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let sumG: f64 = 0;
  let sumWY: f64 = 0;
  let sumWW: f64 = 0;
  let sums = f64x2.splat(0);
  for (let record = first; record < last; record += 16) {
    const g = <f64>load<f32>(record, 12);
    const values = f64x2.promote_low_f32x4(v128.load64_zero(record, 4));
    const weighted = f64x2.mul(f64x2.splat(g), values);
    const w = f64x2.extract_lane(values, 0);
    const gw = f64x2.extract_lane(weighted, 0);
    sumG += g;
    sums = f64x2.add(sums, weighted);
    sumWY += gw * f64x2.extract_lane(values, 1);
    sumWW += gw * w;
  }
  if (!(sumG > 0)) return false;
  const sumW = f64x2.extract_lane(sums, 0);
  const wBar = sumW / sumG;
  const yBar = f64x2.extract_lane(sums, 1) / sumG;
  const variation = sumWW - sumW * wBar;
  if (variation <= MIN_TREATMENT_VARIANCE * sumG) return false;
  const norm = writeLabels(start, end, <f32>wBar, <f32>yBar, <f32>((sumWY - sumW * yBar) / variation));
  return norm > MIN_LABEL * sumG && fillCells(start, end, sumG, norm, <f32>wBar, variation);
}

/** Returns the sum of the absolute labels. */
function writeLabels(start: i32, end: i32, wBar: f32, yBar: f32, tau: f32): f64 {
  let sumFirst = f64x2.splat(0);
  let sumLast = f64x2.splat(0);
  let record = records + (<usize>start << 4);
  let label = rho + (<usize>start << 2);
  for (let unit = start; unit < end; unit += 4, record += 64, label += 16) {
    const record0 = v128.load(record);
    const record1 = v128.load(record, 16);
    const record2 = v128.load(record, 32);
    const record3 = v128.load(record, 48);
    const treatments01 = treatmentAndWeight(record0, record1);
    const treatments23 = treatmentAndWeight(record2, record3);
    const y = firstField(outcomeAndWeight(record0, record1), outcomeAndWeight(record2, record3));
    const z = f32x4.sub(firstField(treatments01, treatments23), f32x4.splat(wBar));
    const residual = f32x4.sub(f32x4.sub(y, f32x4.splat(yBar)), f32x4.mul(f32x4.splat(tau), z));
    const value = f32x4.mul(f32x4.mul(lastField(treatments01, treatments23), z), residual);
    v128.store(label, value);
    const size = v128.and(f32x4.abs(value), upTo(end - unit));
    sumFirst = addFirst(sumFirst, size);
    sumLast = addLast(sumLast, size);
  }
  return totalOf(sumFirst, sumLast);
}
