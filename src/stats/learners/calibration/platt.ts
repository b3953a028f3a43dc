import { refuse, type Refusal } from '../../refusal.js';
import { inverseLogit } from '../linear/logistic-fit.js';

/** P(Y = 1) = 1 / (1 + exp(-(intercept + slope x logit))): the identity when intercept is 0 and slope is 1. */
export interface PlattMap {
  readonly intercept: number;
  readonly slope: number;
}

const MAX_ITERATIONS = 100;
const MAX_HALVINGS = 40;
/** A Newton step below this, on the logit scale, ends the iteration. */
const SMALLEST_STEP = 1e-10;
/** Rise of the loss that rounding can make. */
const ROUNDING = 1e-13;
/** Keeps the curvature invertible when all scores are nearly alike, relative to the number of rows. */
const LEAST_CURVATURE = 1e-12;
/** Probabilities of exactly 0 and 1 have no logit. */
const LEAST_PROBABILITY = 1e-12;

/** Log odds of probabilities, those within 1e-12 of 0 or 1 moved to there. */
export const logitOf = (p: number): number => {
  const inside = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, p));
  return Math.log(inside) - Math.log1p(-inside);
};

/**
 * Platt scaling: a logistic curve of labels on scores with labels drawn in, to (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), so that separated labels are finite.
 *
 * Newton's method with halved steps. Refuses scores on which it does not converge.
 * @param weight at least 0, shape (n); n1 and n0 are then sums of weights
 * @see Platt (1999), Advances in Large Margin Classifiers; Lin, Lin, Weng (2007), Machine Learning 68(3), for the iteration
 */
export function plattScaling(scores: Float64Array, y: Float64Array, weight?: Float64Array): PlattMap | Refusal {
  const w = weight ?? new Float64Array(y.length).fill(1);
  const total = w.reduce((sum, value) => sum + value, 0);
  const ones = w.reduce((sum, value, row) => sum + value * y[row]!, 0);
  const target = y.map((label) => (label === 1 ? (ones + 1) / (ones + 2) : 1 / (total - ones + 2)));
  let map: PlattMap = { intercept: Math.log((ones + 1) / (total - ones + 1)), slope: 0 };
  let loss = lossOf(map, scores, target, w);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const step = newtonStep(map, scores, target, w, total);
    let share = 1;
    let next = map;
    for (let halving = 0; halving < MAX_HALVINGS; halving++, share /= 2) {
      next = { intercept: map.intercept + share * step.intercept, slope: map.slope + share * step.slope };
      const lower = lossOf(next, scores, target, w);
      if (!(lower <= loss * (1 + ROUNDING))) continue;
      loss = lower;
      map = next;
      break;
    }
    const size = Math.abs(step.intercept) + Math.abs(step.slope);
    if (size < SMALLEST_STEP * (1 + Math.abs(map.intercept) + Math.abs(map.slope)) || next !== map) return map;
  }
  return refuse('numerical_failure', `Platt scaling does not converge in ${MAX_ITERATIONS} steps`, 'Calibrate by isotonic regression.');
}

function newtonStep({ intercept, slope }: PlattMap, scores: Float64Array, target: Float64Array, w: Float64Array, total: number): PlattMap {
  let [g0, g1, h00, h01, h11] = [0, 0, LEAST_CURVATURE * total, 0, LEAST_CURVATURE * total];
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    const p = inverseLogit(intercept + slope * score);
    const g = w[row]! * (target[row]! - p);
    const h = w[row]! * p * (1 - p);
    g0 += g;
    g1 += g * score;
    h00 += h;
    h01 += h * score;
    h11 += h * score * score;
  }
  const determinant = h00 * h11 - h01 * h01;
  return { intercept: (h11 * g0 - h01 * g1) / determinant, slope: (h00 * g1 - h01 * g0) / determinant };
}

/** Cross entropy, in nats. */
function lossOf({ intercept, slope }: PlattMap, scores: Float64Array, target: Float64Array, w: Float64Array): number {
  let loss = 0;
  for (let row = 0; row < scores.length; row++) {
    const eta = intercept + slope * scores[row]!;
    loss += w[row]! * (Math.max(eta, 0) + Math.log1p(Math.exp(-Math.abs(eta))) - target[row]! * eta);
  }
  return loss;
}
