/**
 * The label of an instrumental forest: the influence of a unit on the two-stage slope of Y on W with instrument Q = (1 - r) Z + r W.
 * Splits balance Z itself.
 */
import { furtherOfSplit, records, rho } from './workspace';
import { reducedFormWeight } from './options';
import { MIN_LABEL, MIN_TREATMENT_VARIANCE, fillCells } from './cells';

export function labelByInstrument(start: i32, end: i32): bool {
  const first = records + (<usize>start << 4);
  const last = records + (<usize>end << 4);
  const share = reducedFormWeight;
  const rest = <f32>1 - share;
  let sumG: f64 = 0;
  let sumZ: f64 = 0;
  let sumZZ: f64 = 0;
  let sumQ: f64 = 0;
  let sumW: f64 = 0;
  let sumY: f64 = 0;
  let sumQY: f64 = 0;
  let sumQW: f64 = 0;
  for (let record = first; record < last; record += 16) {
    const z32 = load<f32>(record, 4);
    const w32 = load<f32>(furtherOfSplit + (<usize>load<i32>(record) << 2));
    const z = <f64>z32;
    const w = <f64>w32;
    const y = <f64>load<f32>(record, 8);
    const g = <f64>load<f32>(record, 12);
    const gq = g * <f64>(rest * z32 + share * w32);
    const gz = g * z;
    sumG += g;
    sumZ += gz;
    sumZZ += gz * z;
    sumQ += gq;
    sumW += g * w;
    sumY += g * y;
    sumQY += gq * y;
    sumQW += gq * w;
  }
  if (!(sumG > 0)) return false;
  const wBar = sumW / sumG;
  const yBar = sumY / sumG;
  const zBar = sumZ / sumG;
  const variation = sumZZ - sumZ * zBar;
  const firstStage = sumQW - sumQ * wBar;
  if (Math.abs(firstStage) <= MIN_TREATMENT_VARIANCE * sumG || variation <= MIN_TREATMENT_VARIANCE * sumG) return false;
  const tau = <f32>((sumQY - sumQ * yBar) / firstStage);
  const qBar = <f32>(sumQ / sumG);
  const wBar32 = <f32>wBar;
  const yBar32 = <f32>yBar;

  let norm: f64 = 0;
  let label = rho + (<usize>start << 2);
  for (let record = first; record < last; record += 16, label += 4) {
    const w = load<f32>(furtherOfSplit + (<usize>load<i32>(record) << 2));
    const q = rest * load<f32>(record, 4) + share * w - qBar;
    const value = load<f32>(record, 12) * q * (load<f32>(record, 8) - yBar32 - tau * (w - wBar32));
    store<f32>(label, value);
    norm += <f64>abs(value);
  }
  return norm > MIN_LABEL * sumG && fillCells(start, end, sumG, norm, <f32>zBar, variation);
}
