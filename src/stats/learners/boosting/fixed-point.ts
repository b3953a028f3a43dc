import type { TreeInput } from './growth.js';
import type { Loss } from './losses.js';

/** Sums of hessians and of absolute gradients stay below 2^31, with room for rounding. */
const LARGEST_SUM = 2 ** 30;

/** The power of two that brings a sum of n rounded numbers under `LARGEST_SUM`. */
const stepOf = (sum: number): number => 2 ** Math.ceil(Math.log2(Math.max(sum, Number.MIN_VALUE * 2 ** 60) / LARGEST_SUM));

/**
 * Gradients and hessians of all rows as int32 { hessian, gradient }, in units that are powers of two: sums of both over any rows are then exact
 * in any order. Off by at most half a unit, about 2^-31 of the sum over all rows.
 *
 * @param work room for the numbers before rounding, shape (2 n)
 */
export function fixGradients(
  loss: Loss, y: Float64Array, weight: Float64Array | null, scores: Float64Array, inBag: Uint8Array, work: Float64Array, out: Int32Array,
): Omit<TreeInput, 'features'> {
  const { predictionOf, gradientOf, hessianOf } = loss;
  let gradientSum = 0;
  let hessianSum = 0;
  for (let row = 0, at = 0; row < y.length; row++, at += 2) {
    if (inBag[row] === 0) continue;
    const prediction = predictionOf(scores[row]!);
    const w = weight ? weight[row]! : 1;
    const h = w * hessianOf(y[row]!, prediction);
    const g = w * gradientOf(y[row]!, prediction);
    work[at] = h;
    work[at + 1] = g;
    hessianSum += h;
    gradientSum += Math.abs(g);
  }
  const gradientStep = stepOf(gradientSum);
  const hessianStep = stepOf(hessianSum);
  const perGradient = 1 / gradientStep;
  const perHessian = 1 / hessianStep;
  for (let row = 0, at = 0; row < y.length; row++, at += 2) {
    if (inBag[row] === 0) continue;
    out[at] = Math.floor(work[at]! * perHessian + 0.5);
    out[at + 1] = Math.floor(work[at + 1]! * perGradient + 0.5);
  }
  return { gradientStep, hessianStep };
}
