import { forestKinds } from '../forest-kinds.js';
import type { GrowthPlan } from '../growth-plan.js';
import { absoluteSum, absoluteSumInOrder, cellsOf, MIN_LABEL, MIN_TREATMENT_VARIANCE, type Labels } from './cells.js';
import { labelBySeveral } from './several-labels.js';
import { labelByMartingale, labelByRatio } from './survival-labels.js';

const f32 = Math.fround;

/** Labels the rows of a node; null when they cannot be split. Twin of kernels/compute/forest/labels.ts. */
export function relabel(plan: GrowthPlan, rows: Int32Array): Labels | null {
  const label = { outcome: labelByOutcome, effect: labelByEffect, instrumented: labelByInstrument, ratio: labelByRatio, martingale: labelByMartingale, several: labelBySeveral };
  return label[forestKinds[plan.kind].labels](plan, rows);
}

function labelByOutcome(plan: GrowthPlan, rows: Int32Array): Labels | null {
  let sumG = 0;
  let sumY = 0;
  for (const row of rows) {
    sumG += plan.weight[row]!;
    sumY += plan.weight[row]! * plan.outcome[row]!;
  }
  if (!(sumG > 0)) return null;
  const yBar = f32(sumY / sumG);
  const label = Float32Array.from(rows, (row) => plan.weight[row]! * f32(plan.outcome[row]! - yBar));
  const norm = absoluteSum(label);
  return norm > MIN_LABEL * sumG ? cellsOf(plan, rows, label, sumG, norm, null) : null;
}

function labelByEffect(plan: GrowthPlan, rows: Int32Array): Labels | null {
  let sumG = 0;
  let sumW = 0;
  let sumY = 0;
  let sumWY = 0;
  let sumWW = 0;
  for (const row of rows) {
    const w = plan.treatment[row]!;
    const y = plan.outcome[row]!;
    const g = plan.weight[row]!;
    const gw = g * w;
    sumG += g;
    sumW += gw;
    sumY += g * y;
    sumWY += gw * y;
    sumWW += gw * w;
  }
  if (!(sumG > 0)) return null;
  const wBar = sumW / sumG;
  const yBar = sumY / sumG;
  const variation = sumWW - sumW * wBar;
  if (variation <= MIN_TREATMENT_VARIANCE * sumG) return null;
  const tau = f32((sumWY - sumW * yBar) / variation);
  const wBar32 = f32(wBar);
  const yBar32 = f32(yBar);
  const label = Float32Array.from(rows, (row) => {
    const z = f32(plan.treatment[row]! - wBar32);
    return f32(plan.weight[row]! * z) * f32(f32(plan.outcome[row]! - yBar32) - f32(tau * z));
  });
  const norm = absoluteSum(label);
  return norm > MIN_LABEL * sumG ? cellsOf(plan, rows, label, sumG, norm, { mean: wBar32, variation }) : null;
}

function labelByInstrument(plan: GrowthPlan, rows: Int32Array): Labels | null {
  const treatment = plan.further[0]!;
  const share = f32(plan.reducedFormWeight);
  const rest = f32(1 - share);
  const instrument = (row: number) => f32(f32(rest * plan.treatment[row]!) + f32(share * treatment[row]!));
  const sums = { g: 0, z: 0, zz: 0, q: 0, w: 0, y: 0, qy: 0, qw: 0 };
  for (const row of rows) {
    const g = plan.weight[row]!;
    const z = plan.treatment[row]!;
    const w = treatment[row]!;
    const y = plan.outcome[row]!;
    const gq = g * instrument(row);
    const gz = g * z;
    sums.g += g;
    sums.z += gz;
    sums.zz += gz * z;
    sums.q += gq;
    sums.w += g * w;
    sums.y += g * y;
    sums.qy += gq * y;
    sums.qw += gq * w;
  }
  if (!(sums.g > 0)) return null;
  const wBar = sums.w / sums.g;
  const yBar = sums.y / sums.g;
  const zBar = sums.z / sums.g;
  const variation = sums.zz - sums.z * zBar;
  const firstStage = sums.qw - sums.q * wBar;
  if (Math.abs(firstStage) <= MIN_TREATMENT_VARIANCE * sums.g || variation <= MIN_TREATMENT_VARIANCE * sums.g) return null;
  const tau = f32((sums.qy - sums.q * yBar) / firstStage);
  const qBar = f32(sums.q / sums.g);
  const wBar32 = f32(wBar);
  const yBar32 = f32(yBar);
  const label = Float32Array.from(rows, (row) => {
    const q = f32(instrument(row) - qBar);
    const residual = f32(f32(plan.outcome[row]! - yBar32) - f32(tau * f32(treatment[row]! - wBar32)));
    return f32(plan.weight[row]! * q) * residual;
  });
  const norm = absoluteSumInOrder(label);
  return norm > MIN_LABEL * sums.g ? cellsOf(plan, rows, label, sums.g, norm, { mean: f32(zBar), variation }) : null;
}
