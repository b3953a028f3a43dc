import type { Linearised } from './bag-variance.js';
import { severalPlaces } from './leaf-values.js';
import { invertPositive } from './positive-definite.js';

/**
 * What a kind of forest estimates at a unit, from leaf values averaged over trees, with the influence of one tree on it by the delta method:
 * one entry an estimate, in standardised units; null when the unit's neighbours do not identify it.
 *
 * @param sums leaf values summed over `trees` trees, from `at` on
 */
export type MomentEquation = (sums: Float64Array, at: number, leafValues: number, trees: number) => readonly Linearised[] | null;

/** Variation, in standardised squared units, below which an effect is not identified. */
const MIN_VARIATION = 1e-10;

/** The mean outcome: leaf values (Y, G). */
export const meanEquation: MomentEquation = (sums, at, _, trees) => {
  const g = sums[at + 1]! / trees;
  if (!(g > 0)) return null;
  const estimate = sums[at]! / trees / g;
  return [{ estimate, coefficients: [1 / g, -estimate / g], constant: 0 }];
};

/** The ratio N / D: leaf values (N, D). */
export const ratioEquation: MomentEquation = (sums, at, _, trees) => {
  const d = sums[at + 1]! / trees;
  if (!(Math.abs(d) > MIN_VARIATION)) return null;
  const estimate = sums[at]! / trees / d;
  return [{ estimate, coefficients: [1 / d, -estimate / d], constant: 0 }];
};

/**
 * The slope of Y on W by instrument Z: leaf values (ZY, ZW, Z, Y, W, ZZ), with weights also (G, 0).
 * @see Athey, Tibshirani, Wager (2019), section 7
 */
export const instrumentedEquation: MomentEquation = (sums, at, leafValues, trees) => {
  const [zy, zw, z, y, w, , weight] = Array.from({ length: leafValues }, (_, k) => sums[at + k]! / trees) as [number, number, number, number, number, number, number?];
  const g = weight ?? 1;
  const firstStage = zw * g - z * w;
  if (!(Math.abs(firstStage) > MIN_VARIATION * g * g)) return null;
  const estimate = (zy * g - z * y) / firstStage;
  const main = (y - w * estimate) / g;
  // rho = (g psi1 - z psi2) / firstStage with psi1 = ZY - tau ZW - mu Z and psi2 = Y - tau W - mu G
  const forG = (z * main) / firstStage;
  const coefficients = [g / firstStage, (-g * estimate) / firstStage, (-g * main) / firstStage, -z / firstStage, (z * estimate) / firstStage, 0];
  return [weight === undefined ? { estimate, coefficients, constant: forG } : { estimate, coefficients: [...coefficients, forG, 0], constant: 0 }];
};

/** Several mean outcomes: leaf values (G, Y_1 .. Y_M). */
export const meansEquation = (outcomes: number): MomentEquation => (sums, at, leafValues, trees) => {
  const g = sums[at]! / trees;
  if (!(g > 0)) return null;
  return Array.from({ length: outcomes }, (_, j) => {
    const estimate = sums[at + 1 + j]! / trees / g;
    const coefficients = new Array<number>(leafValues).fill(0);
    coefficients[0] = -estimate / g;
    coefficients[1 + j] = 1 / g;
    return { estimate, coefficients, constant: 0 };
  });
};

/** Slopes of each outcome on all treatments together, by outcome, then treatment; leaf values as in `severalPlaces`. */
export const effectsEquation = (treatments: number, outcomes: number): MomentEquation => (sums, at, leafValues, trees) => {
  const k = treatments;
  const places = severalPlaces(k, outcomes);
  const value = (place: number) => sums[at + place]! / trees;
  const square = (i: number, j: number): number => places.ww + (i <= j ? i * k - (i * (i - 1)) / 2 + (j - i) : j * k - (j * (j - 1)) / 2 + (i - j));
  const g = value(0);
  const variance = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) variance[i * k + j] = value(square(i, j)) * g - value(places.w + i) * value(places.w + j);
    if (!(variance[i * k + i]! > MIN_VARIATION * g * g)) return null;
  }
  const inverse = invertPositive(variance, k);
  if (!inverse) return null;

  return Array.from({ length: outcomes }, (_, j) => {
    const y = value(places.y + j);
    const covariance = Array.from({ length: k }, (_unused, i) => value(places.wy + i * outcomes + j) * g - value(places.w + i) * y);
    const theta = Array.from({ length: k }, (_unused, i) => covariance.reduce((sum, c, l) => sum + inverse[i * k + l]! * c, 0));
    const main = (y - theta.reduce((sum, slope, i) => sum + slope * value(places.w + i), 0)) / g;
    return theta.map((estimate, target): Linearised => {
      // rho = b' (g psi1 - w psi2), b a row of the inverse, psi1 = WY - WW theta - mu W and psi2 = Y - W' theta - mu G
      const b = inverse.subarray(target * k, target * k + k);
      const bw = b.reduce((sum, share, i) => sum + share * value(places.w + i), 0);
      const coefficients = new Array<number>(leafValues).fill(0);
      coefficients[0] = bw * main;
      coefficients[places.y + j] = -bw;
      for (let i = 0; i < k; i++) {
        coefficients[places.w + i] = -g * b[i]! * main + bw * theta[i]!;
        coefficients[places.wy + i * outcomes + j] = g * b[i]!;
        for (let l = 0; l < k; l++) coefficients[square(i, l)]! -= g * b[i]! * theta[l]!;
      }
      return { estimate, coefficients, constant: 0 };
    });
  }).flat();
};
