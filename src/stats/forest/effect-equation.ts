import type { Linearised } from './bag-variance.js';

/** Leaf values of a causal forest averaged over trees: WY, WW, W, Y and G (1 without weights). */
interface Averages { readonly wy: number; readonly ww: number; readonly w: number; readonly y: number; readonly g: number }

function averagesAt(sums: Float64Array, at: number, leafValues: number, trees: number): Averages {
  const value = (k: number) => sums[at + k]! / trees;
  return { wy: value(0), ww: value(1), w: value(2), y: value(3), g: leafValues === 6 ? value(4) : 1 };
}

/** Treatment variation around a unit, in standardised squared units, below which its effect is not identified. */
export const MIN_VARIATION = 1e-10;

/**
 * The effect at a unit: the slope of Y on W with the forest's weights, in standardised units; null when W does not vary around it.
 *
 * @param sums leaf values summed over `trees` trees, `leafValues` from `at` on
 */
export function solveEffect(sums: Float64Array, at: number, leafValues: number, trees: number): number | null {
  const { wy, ww, w, y, g } = averagesAt(sums, at, leafValues, trees);
  const variation = ww * g - w * w;
  return variation > MIN_VARIATION * g * g ? (wy * g - w * y) / variation : null;
}

/**
 * The effect with the influence of one tree on it, by the delta method.
 *
 * @see Athey, Tibshirani, Wager (2019), equations (15) and (16)
 */
export function lineariseEffect(sums: Float64Array, at: number, leafValues: number, trees: number): Linearised | null {
  const estimate = solveEffect(sums, at, leafValues, trees);
  if (estimate === null) return null;
  const { ww, w, y, g } = averagesAt(sums, at, leafValues, trees);
  const variation = ww * g - w * w;
  const main = (y - w * estimate) / g;
  // rho = (g psi1 - w psi2) / variation with psi1 = WY - tau WW - mu W and psi2 = Y - tau W - mu G
  const forG = (w * main) / variation;
  const coefficients = [g / variation, (-g * estimate) / variation, (-g * main + w * estimate) / variation, -w / variation];
  return leafValues === 6 ? { estimate, coefficients: [...coefficients, forG, 0], constant: 0 } : { estimate, coefficients, constant: forG };
}
