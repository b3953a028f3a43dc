/** The label of a regression forest: the outcome less its mean in the node. */
import { records, rho } from './workspace';
import { MIN_LABEL, fillCells } from './cells';
import { addFirst, addLast, firstField, lastField, outcomeAndWeight, totalOf, upTo } from './four-units';

export function labelByOutcome(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let sumG: f64 = 0;
  let sumY: f64 = 0;
  for (let record = first; record < last; record += 16) {
    const g = <f64>load<f32>(record, 12);
    sumG += g;
    sumY += g * <f64>load<f32>(record, 8);
  }
  if (!(sumG > 0)) return false;
  const norm = writeLabels(start, end, <f32>(sumY / sumG));
  return norm > MIN_LABEL * sumG && fillCells(start, end, sumG, norm, 0, 0);
}

/** Returns the sum of the absolute labels. */
function writeLabels(start: i32, end: i32, yBar: f32): f64 {
  let sumFirst = f64x2.splat(0);
  let sumLast = f64x2.splat(0);
  let record = records + (<usize>start << 4);
  let label = rho + (<usize>start << 2);
  for (let unit = start; unit < end; unit += 4, record += 64, label += 16) {
    const outcomes01 = outcomeAndWeight(v128.load(record), v128.load(record, 16));
    const outcomes23 = outcomeAndWeight(v128.load(record, 32), v128.load(record, 48));
    const value = f32x4.mul(lastField(outcomes01, outcomes23), f32x4.sub(firstField(outcomes01, outcomes23), f32x4.splat(yBar)));
    v128.store(label, value);
    const size = v128.and(f32x4.abs(value), upTo(end - unit));
    sumFirst = addFirst(sumFirst, size);
    sumLast = addLast(sumLast, size);
  }
  return totalOf(sumFirst, sumLast);
}
