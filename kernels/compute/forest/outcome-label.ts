/** The label of a regression forest: the outcome less its mean in the node. */
import { records, rho } from './workspace';
import { MIN_UNEXPLAINED, fillCells } from './cells';

export function labelByOutcome(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let sumG: f64 = 0;
  let sumY: f64 = 0;
  let sumYY: f64 = 0;
  for (let record = first; record < last; record += 16) {
    const g = <f64>load<f32>(record, 12);
    const y = <f64>load<f32>(record, 8);
    const gy = g * y;
    sumG += g;
    sumY += gy;
    sumYY += gy * y;
  }
  if (!(sumG > 0)) return false;
  const yBar = sumY / sumG;
  const unexplained = sumYY - sumY * yBar;
  if (unexplained <= MIN_UNEXPLAINED * sumYY) return false;
  const yBar32 = <f32>yBar;
  let label = rho + (<usize>start << 2);
  for (let record = first; record < last; record += 16, label += 4) store<f32>(label, load<f32>(record, 12) * (load<f32>(record, 8) - yBar32));
  // the sum of |G e| is at most the root of sum G times sum G e^2
  return fillCells(start, end, sumG, Math.sqrt(sumG * unexplained), 0, 0);
}
