import type { GrowthPlan } from '../growth-plan.js';
import { absoluteSumInOrder, cellsOf, fixed, FIXED_ONE, leastCount, MIN_LABEL, MIN_TREATMENT_VARIANCE, type Labels } from './cells.js';

const f32 = Math.fround;
const TIMES = 256;

/** Labels of forests over right-censored times. Twin of kernels/compute/forest/survival-labels.ts. */
export function labelByRatio(plan: GrowthPlan, rows: Int32Array): Labels | null {
  const [denominator, failures] = plan.further as readonly [Float32Array, Float32Array];
  let sumG = 0;
  let sumW = 0;
  let sumWW = 0;
  let sumN = 0;
  let sumD = 0;
  for (const row of rows) {
    const g = plan.weight[row]!;
    const w = plan.treatment[row]!;
    const gw = g * w;
    sumG += g;
    sumW += gw;
    sumWW += gw * w;
    sumN += g * plan.outcome[row]!;
    sumD += g * denominator[row]!;
  }
  if (!(sumG > 0)) return null;
  const wBar = sumW / sumG;
  const variation = sumWW - sumW * wBar;
  if (Math.abs(sumD) <= MIN_TREATMENT_VARIANCE * sumG || variation <= MIN_TREATMENT_VARIANCE * sumG) return null;
  const tau = f32(sumN / sumD);
  const label = Float32Array.from(rows, (row) => plan.weight[row]! * f32(plan.outcome[row]! - f32(tau * denominator[row]!)));
  const norm = absoluteSumInOrder(label);
  if (norm <= MIN_LABEL * sumG) return null;
  return cellsOf(plan, rows, label, sumG, norm, { mean: f32(wBar), variation }, Uint8Array.from(rows, (row) => (failures[row]! > 0 ? 1 : 0)));
}

export function labelByMartingale(plan: GrowthPlan, rows: Int32Array): Labels | null {
  const leaving = new Int32Array(TIMES);
  const failing = new Int32Array(TIMES);
  const count = Uint8Array.from(rows, (row) => (plan.outcome[row]! > 0 ? 1 : 0));
  rows.forEach((row, i) => {
    leaving[plan.treatment[row]!]!++;
    failing[plan.treatment[row]!]! += count[i]!;
  });
  const countTotal = count.reduce((sum, value) => sum + value, 0);
  const hazard = new Float64Array(TIMES);
  let atRisk = rows.length;
  let sum = 0;
  let expected = 0;
  for (let time = 0; time < TIMES; time++) {
    if (leaving[time]! > 0) sum += failing[time]! / atRisk;
    hazard[time] = sum;
    expected += leaving[time]! * sum;
    atRisk -= leaving[time]!;
  }
  if (countTotal < 2 || !(expected > 0)) return null;
  const hazardOf = (row: number) => hazard[plan.treatment[row]!]!;
  const label = Float32Array.from(rows, (row, i) => count[i]! - hazardOf(row));
  const norm = absoluteSumInOrder(label);
  if (norm <= MIN_LABEL * rows.length) return null;
  const weight = fixed(Float32Array.from(rows, hazardOf), f32(FIXED_ONE / expected)).map((cell) => Math.max(1, cell));
  return {
    rho: [fixed(label, f32(FIXED_ONE / norm))], balances: [], units: rows.length, count, countTotal, leastCount: leastCount(plan, rows.length),
    failed: null, failedTotal: 0, weight, weightTotal: weight.reduce((total, value) => total + value, 0), weightStep: 1, penalty: 0,
  };
}
