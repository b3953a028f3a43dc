/** The label of a causal forest: the influence of a unit on the slope of Y on W in the node. */
import { records, rho } from './workspace';
import { MIN_LABEL, MIN_TREATMENT_VARIANCE, fillCells } from './cells';

export function labelByEffect(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  let sumG: f64 = 0;
  let sumW: f64 = 0;
  let sumY: f64 = 0;
  let sumWY: f64 = 0;
  let sumWW: f64 = 0;
  for (let record = first; record < last; record += 16) {
    const w = <f64>load<f32>(record, 4);
    const y = <f64>load<f32>(record, 8);
    const g = <f64>load<f32>(record, 12);
    const gw = g * w;
    sumG += g;
    sumW += gw;
    sumY += g * y;
    sumWY += gw * y;
    sumWW += gw * w;
  }
  if (!(sumG > 0)) return false;
  const wBar = sumW / sumG;
  const yBar = sumY / sumG;
  const variation = sumWW - sumW * wBar;
  if (variation <= MIN_TREATMENT_VARIANCE * sumG) return false;
  const tau = <f32>((sumWY - sumW * yBar) / variation);
  const wBar32 = <f32>wBar;
  const yBar32 = <f32>yBar;

  let norm: f64 = 0;
  let label = rho + (<usize>start << 2);
  for (let record = first; record < last; record += 16, label += 4) {
    const z = load<f32>(record, 4) - wBar32;
    const value = load<f32>(record, 12) * z * (load<f32>(record, 8) - yBar32 - tau * z);
    store<f32>(label, value);
    norm += <f64>abs(value);
  }
  return norm > MIN_LABEL * sumG && fillCells(start, end, sumG, norm, wBar32, variation);
}
