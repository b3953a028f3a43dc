import { descend, type Penalty } from './coordinate-descent.js';
import { solvePositive } from './solve-positive.js';
import { dot, weightedMoments, type WeightedMoments } from './weighted-moments.js';

/** Labels and standardised columns; weights sum to 1. */
export interface LogisticDesign {
  readonly columns: readonly Float64Array[];
  readonly y: Float64Array;
  readonly weight: Float64Array;
}

/** A fit in standardised columns. */
export interface LogisticState {
  readonly intercept: number;
  /** shape (k) */
  readonly beta: Float64Array;
  /** linear predictor, shape (n) */
  readonly eta: Float64Array;
  /** -2 x weighted mean log-likelihood */
  readonly deviance: number;
  readonly isConverged: boolean;
}

/** A step of the linear predictor below this, in every coefficient of a standardised column, ends the iteration. */
const SMALLEST_STEP = 1e-8;
const MAX_ITERATIONS = 100;
const MAX_HALVINGS = 30;
/** A quadratic approximation is kept while it makes steps contract tenfold. */
const KEEP_CURVATURE = 0.1;
/** Rise of the objective that rounding can make. */
const ROUNDING = 1e-14;

/**
 * Minimises half the deviance + penalty by (proximal) Newton steps, halved while they would raise it: IRLS when the penalty has no absolute part.
 *
 * The intercept is not penalised. Does not converge when labels are separated and nothing is penalised.
 */
export function fitLogistic(design: LogisticDesign, start: LogisticState, penalty: Penalty): LogisticState {
  let state = start;
  let curvature: WeightedMoments | null = null;
  let lastStep = Infinity;
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const probability = state.eta.map(inverseLogit);
    curvature ??= weightedMoments(design.columns, probability.map((p, i) => design.weight[i]! * p * (1 - p)), null);
    if (!(curvature.weight > 0)) return { ...state, isConverged: false };
    const proposal = propose(design, state, probability, curvature, penalty);
    const next = halveUntilLower(design, state, proposal, penalty);
    const step = Math.max(Math.abs(next.intercept - state.intercept), ...next.beta.map((value, j) => Math.abs(value - state.beta[j]!)));
    state = next;
    if (step < SMALLEST_STEP) return { ...state, isConverged: true };
    if (step > KEEP_CURVATURE * lastStep || lastStep === Infinity) curvature = null;
    lastStep = step;
  }
  return { ...state, isConverged: false };
}

export const inverseLogit = (eta: number): number => 1 / (1 + Math.exp(-eta));

/** The model of the share of ones alone, strictly between 0 and 1. */
export function interceptOnly({ columns, y, weight }: LogisticDesign): LogisticState {
  const share = dot(y, weight);
  const intercept = Math.log(share) - Math.log1p(-share);
  return stateOf({ columns, y, weight }, intercept, new Float64Array(columns.length));
}

/** Negative gradient of half the deviance in each standardised column. */
export const gradientOf = ({ columns, y, weight }: LogisticDesign, probability: Float64Array): Float64Array => {
  const residual = y.map((value, i) => weight[i]! * (value - probability[i]!));
  return Float64Array.from(columns, (column) => dot(column, residual));
};

/** The minimum of the quadratic approximation, whose intercept is profiled out: `curvature` is centred at its own weighted means. */
function propose(
  design: LogisticDesign, { intercept, beta }: LogisticState, probability: Float64Array, { mean, scatter, weight }: WeightedMoments, penalty: Penalty,
): { readonly intercept: number; readonly beta: Float64Array } {
  const k = beta.length;
  const total = design.y.reduce((sum, value, i) => sum + design.weight[i]! * (value - probability[i]!), 0);
  const gradient = gradientOf(design, probability).map((value, j) => value - mean[j]! * total);
  let next: Float64Array;
  if (penalty.absolute === 0) {
    const matrix = scatter.slice();
    const right = gradient.map((value, j) => value + dot(scatter.subarray(j * k, (j + 1) * k), beta));
    for (let j = 0; j < k; j++) matrix[j * k + j]! += penalty.square;
    next = solvePositive(matrix, right);
  } else {
    next = beta.slice();
    descend(next, gradient, scatter, penalty);
  }
  return { intercept: next.reduce((sum, value, j) => sum - mean[j]! * (value - beta[j]!), intercept + total / weight), beta: next };
}

function halveUntilLower(
  design: LogisticDesign, state: LogisticState, proposal: { readonly intercept: number; readonly beta: Float64Array }, penalty: Penalty,
): LogisticState {
  const limit = objective(state, penalty) * (1 + ROUNDING);
  let share = 1;
  for (let halvings = 0; halvings < MAX_HALVINGS; halvings++, share /= 2) {
    const next = stateOf(design,
      state.intercept + share * (proposal.intercept - state.intercept),
      state.beta.map((value, j) => value + share * (proposal.beta[j]! - value)));
    if (objective(next, penalty) <= limit) return next;
  }
  return state;
}

const objective = ({ deviance, beta }: LogisticState, { absolute, square }: Penalty): number =>
  deviance / 2 + beta.reduce((sum, value) => sum + absolute * Math.abs(value) + (square / 2) * value * value, 0);

function stateOf({ columns, y, weight }: LogisticDesign, intercept: number, beta: Float64Array): LogisticState {
  const eta = new Float64Array(y.length).fill(intercept);
  columns.forEach((column, j) => {
    const slope = beta[j]!;
    if (slope !== 0) for (let i = 0; i < eta.length; i++) eta[i]! += slope * column[i]!;
  });
  let deviance = 0;
  for (let i = 0; i < eta.length; i++) deviance += 2 * weight[i]! * logLoss(y[i]!, eta[i]!);
  return { intercept, beta, eta, deviance, isConverged: true };
}

/** -log P(y) at a logit, without overflow. */
export const logLoss = (y: number, eta: number): number => Math.max(eta, 0) - y * eta + Math.log1p(Math.exp(-Math.abs(eta)));
