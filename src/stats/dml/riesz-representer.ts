import { descend } from '../learners/linear/coordinate-descent.js';

/** Means over rows of what a representer is learned from. */
export interface RepresenterMoments {
  /** mean of b b', shape (k, k) */
  readonly gram: Float64Array;
  /** mean of what the functional makes of each term, such as its derivative, shape (k) */
  readonly functional: Float64Array;
  /** sum of weights */
  readonly weight: number;
}

/** Penalties tried, from the least that leaves no term in down to this share of it. */
const PENALTIES = 12;
const LEAST_SHARE = 0.03;

/** @param terms b at each row, shape (k)(n); @param moved what the functional makes of them, shape (k)(n); @param rows which rows; @param weight shape (n) */
export function representerMoments(terms: readonly Float64Array[], moved: readonly Float64Array[], rows: ArrayLike<number>, weight: Float64Array): RepresenterMoments {
  const k = terms.length;
  const weights = Float64Array.from(rows, (row) => weight[row]!);
  const total = weights.reduce((sum, value) => sum + value, 0);
  const taken = terms.map((term) => Float64Array.from(rows, (row) => term[row]!));
  const gram = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    const left = taken[a]!.map((value, i) => (weights[i]! / total) * value);
    for (let b = a; b < k; b++) {
      const right = taken[b]!;
      let sum = 0;
      for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!;
      gram[a * k + b] = gram[b * k + a] = sum;
    }
  }
  const functional = Float64Array.from(moved, (term) => {
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += (weights[i]! / total) * term[rows[i]!]!;
    return sum;
  });
  return { gram, functional, weight: total };
}

/**
 * Coefficients of the representer alpha = rho' b for which E[alpha b] is what the functional makes of b, by the lasso 1/2 rho' G rho - rho' M + lambda |rho|_1,
 * lambda by cross-validation of 1/2 rho' G rho - rho' M on rows that were left out.
 *
 * @param parts moments of disjoint parts of the rows: folds of the cross-validation, at least 2
 * @returns shape (k)
 * @see Chernozhukov, Newey, Singh (2022), Econometrica 90(3), "Automatic Debiased Machine Learning of Causal and Structural Effects"
 */
export function rieszRepresenter(parts: readonly RepresenterMoments[]): Float64Array {
  const whole = together(parts);
  const largest = whole.functional.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const penalties = Array.from({ length: PENALTIES }, (_, i) => largest * LEAST_SHARE ** (i / (PENALTIES - 1)));
  const losses = new Float64Array(PENALTIES);
  parts.forEach((part, held) => {
    pathOf(together(parts.filter((_, i) => i !== held)), penalties).forEach((rho, i) => { losses[i]! += part.weight * lossOf(rho, part); });
  });
  return pathOf(whole, penalties)[losses.indexOf(Math.min(...losses))]!;
}

function together(parts: readonly RepresenterMoments[]): RepresenterMoments {
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const mean = (of: 'gram' | 'functional') => parts[0]![of].map((_, at) => parts.reduce((sum, part) => sum + (part.weight / weight) * part[of][at]!, 0));
  return { gram: mean('gram'), functional: mean('functional'), weight };
}

/** Solutions along descending penalties, each from the one before. */
function pathOf({ gram, functional }: RepresenterMoments, penalties: readonly number[]): Float64Array[] {
  const rho = new Float64Array(functional.length);
  const gradient = functional.slice();
  return penalties.map((absolute) => {
    descend(rho, gradient, gram, { absolute, square: 0 });
    return rho.slice();
  });
}

function lossOf(rho: Float64Array, { gram, functional }: RepresenterMoments): number {
  const k = rho.length;
  let loss = 0;
  for (let a = 0; a < k; a++) {
    if (rho[a] === 0) continue;
    let product = 0;
    for (let b = 0; b < k; b++) product += gram[a * k + b]! * rho[b]!;
    loss += rho[a]! * (product / 2 - functional[a]!);
  }
  return loss;
}
