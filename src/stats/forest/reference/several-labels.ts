import type { GrowthPlan } from '../growth-plan.js';
import { absoluteSumInOrder, balanceOf, countsOf, fixed, FIXED_ONE, MIN_LABEL, MIN_TREATMENT_VARIANCE, weightCells, type Balance, type Labels } from './cells.js';

const f32 = Math.fround;

/** Labels of forests with several outcomes and treatments. Twin of kernels/compute/forest/several-labels.ts. */
export function labelBySeveral(plan: GrowthPlan, rows: Int32Array): Labels | null {
  const g = Float64Array.from(rows, (row) => plan.weight[row]!);
  const sumG = g.reduce((sum, value) => sum + value, 0);
  if (!(sumG > 0)) return null;
  const means = plan.further.map((column) => rows.reduce((sum, row, i) => sum + g[i]! * column[row]!, 0) / sumG);
  const deviation = (index: number, row: number) => plan.further[index]![row]! - means[index]!;
  const k = plan.treatments;
  const outcomes = plan.further.length - k;
  const solved = k > 0 ? slopesOf(rows, g, sumG, deviation, k, outcomes) : { inverse: [], slopes: [], variations: [] };
  if (!solved) return null;

  const labels = Array.from({ length: Math.max(1, k) * outcomes }, () => new Float32Array(rows.length));
  rows.forEach((row, i) => {
    const z = Array.from({ length: k }, (_, index) => deviation(index, row));
    for (let j = 0; j < outcomes; j++) {
      let residual = deviation(k + j, row);
      z.forEach((value, index) => { residual -= value * solved.slopes[index]![j]!; });
      if (k === 0) labels[j]![i] = g[i]! * residual;
      solved.inverse.forEach((line, index) => {
        const direction = line.reduce((sum, value, l) => sum + value * z[l]!, 0);
        labels[j * k + index]![i] = g[i]! * direction * residual;
      });
    }
  });
  const norm = Math.max(...labels.map(absoluteSumInOrder));
  if (norm <= MIN_LABEL * sumG) return null;
  const balances: Balance[] = [];
  for (let index = 0; index < k; index++) {
    const balance = balanceOf(plan, rows, plan.further[index]!, f32(means[index]!), solved.variations[index]!, absoluteSumInOrder);
    if (!balance) return null;
    balances.push(balance);
  }
  const scale = f32(FIXED_ONE / norm);
  return {
    rho: labels.map((label) => fixed(label, scale)), balances, ...countsOf(plan, rows), failed: null, failedTotal: 0, ...weightCells(plan, rows, sumG, norm),
  };
}

function slopesOf(rows: Int32Array, g: Float64Array, sumG: number, deviation: (index: number, row: number) => number, k: number, outcomes: number) {
  const variance = Array.from({ length: k }, () => new Float64Array(k));
  const covariance = Array.from({ length: k }, () => new Float64Array(outcomes));
  rows.forEach((row, at) => {
    for (let i = 0; i < k; i++) {
      const gz = g[at]! * deviation(i, row);
      for (let j = 0; j < k; j++) variance[i]![j]! += gz * deviation(j, row);
      for (let j = 0; j < outcomes; j++) covariance[i]![j]! += gz * deviation(k + j, row);
    }
  });
  const variations = variance.map((line, i) => line[i]!);
  const inverse = invert(variance.map((line) => line.map((value) => value / sumG)));
  if (!inverse) return null;
  const average = covariance.map((line) => line.map((value) => value / sumG));
  const slopes = inverse.map((line) => Array.from({ length: outcomes }, (_, j) => line.reduce((sum, value, l) => sum + value * average[l]![j]!, 0)));
  return { inverse, slopes, variations };
}

/** Gauss-Jordan without pivoting, in the kernel's order of operations. */
function invert(a: Float64Array[]): Float64Array[] | null {
  const inverse = a.map((line, i) => line.map((_, j) => (i === j ? 1 : 0)));
  for (let i = 0; i < a.length; i++) {
    const pivot = a[i]![i]!;
    if (!(pivot > MIN_TREATMENT_VARIANCE)) return null;
    a[i] = a[i]!.map((value) => value / pivot);
    inverse[i] = inverse[i]!.map((value) => value / pivot);
    for (let row = 0; row < a.length; row++) {
      if (row === i) continue;
      const factor = a[row]![i]!;
      a[row] = a[row]!.map((value, j) => value - factor * a[i]![j]!);
      inverse[row] = inverse[row]!.map((value, j) => value - factor * inverse[i]![j]!);
    }
  }
  return inverse;
}
