import { nonnegativeLeastSquares } from '../../numeric/nonnegative-least-squares.js';

/**
 * Weights of predictions, at least 0 and of sum 1, whose average has least mean squared error. Null when the data cannot say: see nonnegativeLeastSquares.
 *
 * Errors are averaged, not outcomes, so that the weights are the same in any units; the sum of 1 costs nothing: non-negative least squares of a
 * constant on { errors, a constant } are these weights times a number.
 * @param predictions shape (k)(n)
 * @see Breiman (1996), Machine Learning 24; van der Laan, Polley, Hubbard (2007), SAGMB 6(1)
 */
export function squaredErrorWeights(predictions: readonly Float64Array[], y: Float64Array, weight?: Float64Array): Float64Array | null {
  const errors = predictions.map((column) => column.map((value, row) => y[row]! - value));
  const products = errors.map((a) => errors.map((b) => a.reduce((sum, value, row) => sum + (weight ? weight[row]! : 1) * value * b[row]!, 0)));
  const unit = Math.min(...products.map((row, k) => row[k]!));
  if (unit === 0) {
    const faultless = products.findIndex((row, k) => row[k] === 0);
    return Float64Array.from(products, (_, k) => (k === faultless ? 1 : 0));
  }
  const gram = products.map((row) => Float64Array.from(row, (value) => value / unit + 1));
  const solution = nonnegativeLeastSquares(gram, new Float64Array(predictions.length).fill(1));
  return solution && normalise(solution);
}

/** Mean log loss that the weights may miss the least by, in nats. */
const GAP = 1e-6;
const MAX_ITERATIONS = 20_000;

/**
 * Weights of probabilities, at least 0 and of sum 1, whose average has least log loss: the shares of a mixture, by expectation-maximisation.
 *
 * The loss is convex in the weights, so that the largest mean ratio of a learner's likelihood to the mixture's bounds what is missed.
 * Null when the bound is not reached.
 * @param predictions probabilities, shape (k)(n)
 */
export function logLossWeights(predictions: readonly Float64Array[], y: Float64Array, weight?: Float64Array): Float64Array | null {
  const likelihoods = predictions.map((column) => column.map((p, row) => Math.max(Number.MIN_VALUE, y[row] === 1 ? p : 1 - p)));
  const total = weight ? weight.reduce((sum, value) => sum + value, 0) : y.length;
  let weights: Float64Array = new Float64Array(predictions.length).fill(1 / predictions.length);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const ratios = new Float64Array(weights.length);
    for (let row = 0; row < y.length; row++) {
      let mixture = 0;
      for (let k = 0; k < weights.length; k++) mixture += weights[k]! * likelihoods[k]![row]!;
      const share = (weight ? weight[row]! : 1) / total / mixture;
      for (let k = 0; k < weights.length; k++) ratios[k]! += share * likelihoods[k]![row]!;
    }
    if (ratios.every((ratio) => ratio - 1 < GAP)) return weights;
    weights = normalise(weights.map((value, k) => value * ratios[k]!));
  }
  return null;
}

function normalise(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, value) => total + value, 0);
  return weights.map((value) => value / sum);
}
