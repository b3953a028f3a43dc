/** The label of a regression forest: the outcome less its mean in the node. */
import { records, rho } from './workspace';
import { MIN_LABEL, fillCells } from './cells';

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
  const yBar = <f32>(sumY / sumG);
  let norm: f64 = 0;
  let label = rho + (<usize>start << 2);
  for (let record = first; record < last; record += 16, label += 4) {
    const value = load<f32>(record, 12) * (load<f32>(record, 8) - yBar);
    store<f32>(label, value);
    norm += <f64>abs(value);
  }
  return norm > MIN_LABEL * sumG && fillCells(start, end, sumG, norm, 0, 0);
}
