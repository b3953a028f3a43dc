import { refuse, type Refusal } from '../refusal.js';
import type { AugmentedNuisances } from './augmented.js';
import type { ArmTarget } from './interactive.js';
import type { Sample } from './sample.js';

/** Predictions are held within this of the least and greatest outcome, as shares of the range: a logit must be finite. */
const LEAST_SHARE = 1e-4;
const MOST_STEPS = 100;
/** Mean weighted residual, as a share of the range, that ends the search. */
const TOLERANCE = 1e-12;

/**
 * Moves outcome models by a logistic fluctuation of each arm until their weighted residuals sum to 0, so that the mean of the scores is a plug-in
 * estimate: predictions stay within the range of the outcome.
 *
 * Weights are 1 / e and 1 / (1 - e) for all, the odds e / (1 - e) of controls for the treated.
 * Refuses outcomes without a range, and weights that no finite fluctuation balances.
 * @see van der Laan, Rubin (2006), International Journal of Biostatistics 2(1); Gruber, van der Laan (2010), 6(1), for bounded outcomes; Zheng, van der Laan (2011) for cross-fitting
 */
export function targetOutcomes({ y, d, weight }: Sample, { control, treated, propensity }: AugmentedNuisances, kept: Uint8Array, target: ArmTarget): AugmentedNuisances | Refusal {
  const [lowest, highest] = [y.reduce((a, b) => Math.min(a, b), Infinity), y.reduce((a, b) => Math.max(a, b), -Infinity)];
  const range = highest - lowest;
  const arm = (code: 0 | 1, predictions: Float64Array, weightOf: (e: number) => number): Float64Array | Refusal => {
    const weights = d.map((value, row) => (kept[row] && value === code ? (weight ? weight[row]! : 1) * weightOf(propensity[row]!) : 0));
    const logits = predictions.map((value) => logit(Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, (value - lowest) / range))));
    const epsilon = fluctuation(y.map((value) => (value - lowest) / range), logits, weights);
    return epsilon === null
      ? refuse('numerical_failure', `tmle found no fluctuation of E[Y | D = ${code}, X]`, 'Trim propensities more, or use irm.')
      : logits.map((value) => lowest + range / (1 + Math.exp(-value - epsilon)));
  };
  if (target === 'treated') {
    const moved = arm(0, control, (e) => e / (1 - e));
    return 'status' in moved ? moved : { control: moved, treated, propensity };
  }
  const [off, on] = [arm(0, control, (e) => 1 / (1 - e)), arm(1, treated, (e) => 1 / e)];
  if ('status' in off) return off;
  return 'status' in on ? on : { control: off, treated: on, propensity };
}

const logit = (p: number): number => Math.log(p / (1 - p));

/** Intercept of a weighted logistic regression with offset, by Newton's method held within a bracket; null when it has none. */
function fluctuation(shares: Float64Array, offsets: Float64Array, weights: Float64Array): number | null {
  const total = weights.reduce((sum, value) => sum + value, 0);
  let [low, high, epsilon] = [-LARGEST, LARGEST, 0];
  for (let step = 0; step < MOST_STEPS; step++) {
    let gradient = 0;
    let curvature = 0;
    weights.forEach((weight, row) => {
      if (weight === 0) return;
      const p = 1 / (1 + Math.exp(-offsets[row]! - epsilon));
      gradient += weight * (shares[row]! - p);
      curvature += weight * p * (1 - p);
    });
    if (Math.abs(gradient) <= TOLERANCE * total) return epsilon;
    if (gradient > 0) low = epsilon; else high = epsilon;
    const newton = epsilon + gradient / curvature;
    epsilon = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return null;
}

/** A fluctuation beyond this has left the range of float64's logistic. */
const LARGEST = 60;
