import { forestKinds } from '../forest-kinds.js';
import type { GrowthPlan } from '../growth-plan.js';

const f32 = Math.fround;
export const FIXED_ONE = 1073741824;
export const MIN_TREATMENT_VARIANCE = 1e-10;
export const MIN_LABEL = 1e-12;
/** The kernel packs two counts in a cell up to here; in larger nodes alpha alone bounds the children. */
export const PACKED_LIMIT = 32768;

/** How a treatment spreads over a node, which balanced splits keep in both children. */
export interface Balance {
  /** G z and G z^2 in fixed point, and whether z < 0, z = W - wBar */
  readonly z: Int32Array;
  readonly square: Int32Array;
  readonly small: Uint8Array;
  readonly smallCount: number;
  readonly variation: number;
  readonly zStep: number;
  readonly squareStep: number;
}

/** A node's units as fixed-point cells. Twin of kernels/compute/forest/cells.ts. */
export interface Labels {
  /** one array a label */
  readonly rho: readonly Int32Array[];
  readonly balances: readonly Balance[];
  readonly units: number;
  /** what the label rule counts of each unit: 1, or whether it failed; in the node, and at least in a child */
  readonly count: Uint8Array;
  readonly countTotal: number;
  readonly leastCount: number;
  /** failed units, of which each child keeps `leastCount`; only in causal survival forests */
  readonly failed: Uint8Array | null;
  readonly failedTotal: number;
  /** fixed-point weights, 1 each without weights, and their sum */
  readonly weight: Int32Array;
  readonly weightTotal: number;
  readonly weightStep: number;
  /** imbalance penalty in units of the splitting gain */
  readonly penalty: number;
}

/** Sum of absolute values in the four partial sums that the kernel takes. */
export function absoluteSum(values: Float32Array): number {
  const lanes = [0, 0, 0, 0] as [number, number, number, number];
  values.forEach((value, i) => { lanes[i & 3]! += Math.abs(value); });
  return lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
}

/** The same in the order of the values. */
export const absoluteSumInOrder = (values: Float32Array): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

/** Towards zero, as the kernel converts. */
export const fixed = (values: Float32Array, scale: number): Int32Array => Int32Array.from(values, (value) => Math.trunc(f32(value * scale)));

export const leastCount = (plan: GrowthPlan, units: number): number => Math.max(1, Math.ceil(units * plan.alpha));

/**
 * Cells of a node with one label; null when a stabilised split has too few units on a side.
 *
 * @param treatment what stabilised splits balance, with its mean and sum of squared deviations
 */
export function cellsOf(
  plan: GrowthPlan, rows: Int32Array, label: Float32Array, sumG: number, norm: number,
  treatment: { readonly mean: number; readonly variation: number } | null, failed: Uint8Array | null = null,
): Labels | null {
  const balances: Balance[] = [];
  if (treatment && forestKinds[plan.kind].splits === 'stabilised') {
    const balance = balanceOf(plan, rows, plan.treatment, treatment.mean, treatment.variation, absoluteSum);
    if (!balance) return null;
    balances.push(balance);
  }
  return {
    rho: [fixed(label, f32(FIXED_ONE / norm))], balances, ...countsOf(plan, rows), failed,
    failedTotal: failed?.reduce((sum, value) => sum + value, 0) ?? 0, ...weightCells(plan, rows, sumG, norm),
  };
}

export const countsOf = (plan: GrowthPlan, rows: Int32Array) => ({
  units: rows.length, count: new Uint8Array(rows.length).fill(1), countTotal: rows.length, leastCount: leastCount(plan, rows.length),
});

export function balanceOf(
  plan: GrowthPlan, rows: Int32Array, column: Float32Array, mean: number, variation: number, norm: (values: Float32Array) => number,
): Balance | null {
  const z = Float32Array.from(rows, (row) => f32(column[row]! - mean));
  const gz = z.map((value, i) => plan.weight[rows[i]!]! * value);
  const small = Uint8Array.from(z, (value) => (value < 0 ? 1 : 0));
  const smallCount = small.reduce((sum, value) => sum + value, 0);
  if (smallCount < 2 * plan.minNodeSize || rows.length - smallCount < 2 * plan.minNodeSize) return null;
  const zScale = f32(FIXED_ONE / norm(gz));
  const squareScale = f32(FIXED_ONE / variation);
  return {
    z: fixed(gz, zScale), square: fixed(gz.map((value, i) => value * z[i]!), squareScale), small, smallCount, variation,
    zStep: 1 / zScale, squareStep: 1 / squareScale,
  };
}

export function weightCells(plan: GrowthPlan, rows: Int32Array, sumG: number, norm: number) {
  const scale = f32(FIXED_ONE / sumG);
  const weight = plan.weighted
    ? Int32Array.from(rows, (row) => Math.trunc(f32(plan.weight[row]! * scale)))
    : new Int32Array(rows.length).fill(1);
  const weightTotal = weight.reduce((sum, cell) => sum + cell, 0);
  const weightStep = plan.weighted ? 1 / scale : 1;
  const labelStep = norm / FIXED_ONE;
  return { weight, weightTotal, weightStep, penalty: (plan.imbalancePenalty * weightStep) / (labelStep * labelStep * weightTotal) };
}
