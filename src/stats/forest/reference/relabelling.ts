import type { GrowthPlan } from '../growth-plan.js';

const f32 = Math.fround;
const FIXED_ONE = 1073741824;
const MIN_TREATMENT_VARIANCE = 1e-10;
const MIN_LABEL = 1e-12;
/** The kernel packs two counts in a cell up to here; in larger nodes alpha alone bounds the children. */
export const PACKED_LIMIT = 32768;

/** A node's units as fixed-point cells. Twin of kernels/compute/forest/relabelling.ts. */
export interface Labels {
  readonly rho: Int32Array;
  /** G (W - wBar), G (W - wBar)^2 and whether W < wBar; only for stabilised causal splits */
  readonly treatment: Int32Array;
  readonly square: Int32Array;
  readonly small: Uint8Array;
  readonly smallCount: number;
  /** fixed-point weights, 1 each without weights, and their sum */
  readonly weight: Int32Array;
  readonly weightTotal: number;
  readonly treatmentVariation: number;
  readonly treatmentStep: number;
  readonly squareStep: number;
  readonly weightStep: number;
  /** imbalance penalty in units of the splitting gain */
  readonly penalty: number;
}

/** Labels the rows of a node; null when they cannot be split. */
export function relabel(plan: GrowthPlan, rows: Int32Array): Labels | null {
  return plan.kind === 'regression' ? labelByOutcome(plan, rows) : labelByGradient(plan, rows);
}

const NO_GRADIENT = {
  treatment: new Int32Array(0), square: new Int32Array(0), small: new Uint8Array(0), smallCount: 0, treatmentVariation: 0, treatmentStep: 0, squareStep: 0,
};

function labelByOutcome(plan: GrowthPlan, rows: Int32Array): Labels | null {
  let sumG = 0;
  let sumY = 0;
  for (const row of rows) {
    sumG += plan.weight[row]!;
    sumY += plan.weight[row]! * plan.outcome[row]!;
  }
  if (!(sumG > 0)) return null;
  const yBar = f32(sumY / sumG);
  const label = new Float32Array(rows.length);
  let norm = 0;
  rows.forEach((row, i) => {
    label[i] = plan.weight[row]! * f32(plan.outcome[row]! - yBar);
    norm += Math.abs(label[i]!);
  });
  if (norm <= MIN_LABEL * sumG) return null;
  return { rho: fixed(label, f32(FIXED_ONE / norm)), ...NO_GRADIENT, ...weightCells(plan, rows, sumG, norm) };
}

function labelByGradient(plan: GrowthPlan, rows: Int32Array): Labels | null {
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

  const label = new Float32Array(rows.length);
  const gz = new Float32Array(rows.length);
  const gzz = new Float32Array(rows.length);
  const small = new Uint8Array(rows.length);
  let norm = 0;
  let treatmentNorm = 0;
  let smallCount = 0;
  rows.forEach((row, i) => {
    const z = f32(plan.treatment[row]! - wBar32);
    gz[i] = plan.weight[row]! * z;
    gzz[i] = gz[i]! * z;
    label[i] = gz[i]! * f32(f32(plan.outcome[row]! - yBar32) - f32(tau * z));
    small[i] = z < 0 ? 1 : 0;
    norm += Math.abs(label[i]!);
    treatmentNorm += Math.abs(gz[i]!);
    smallCount += small[i]!;
  });
  if (norm <= MIN_LABEL * sumG) return null;
  const rho = fixed(label, f32(FIXED_ONE / norm));
  if (plan.kind !== 'causal') return { rho, ...NO_GRADIENT, ...weightCells(plan, rows, sumG, norm) };
  if (smallCount < 2 * plan.minNodeSize || rows.length - smallCount < 2 * plan.minNodeSize) return null;
  const treatmentScale = f32(FIXED_ONE / treatmentNorm);
  const squareScale = f32(FIXED_ONE / variation);
  return {
    rho, small, smallCount,
    treatment: fixed(gz, treatmentScale),
    square: fixed(gzz, squareScale),
    treatmentVariation: variation,
    treatmentStep: 1 / treatmentScale,
    squareStep: 1 / squareScale,
    ...weightCells(plan, rows, sumG, norm),
  };
}

/** Towards zero, as the kernel converts. */
const fixed = (values: Float32Array, scale: number): Int32Array => Int32Array.from(values, (value) => Math.trunc(f32(value * scale)));

function weightCells(plan: GrowthPlan, rows: Int32Array, sumG: number, norm: number) {
  const scale = f32(FIXED_ONE / sumG);
  const weight = plan.weighted
    ? Int32Array.from(rows, (row) => Math.trunc(f32(plan.weight[row]! * scale)))
    : new Int32Array(rows.length).fill(1);
  const weightTotal = weight.reduce((sum, cell) => sum + cell, 0);
  const weightStep = plan.weighted ? 1 / scale : 1;
  const labelStep = norm / FIXED_ONE;
  return { weight, weightTotal, weightStep, penalty: (plan.imbalancePenalty * weightStep) / (labelStep * labelStep * weightTotal) };
}
