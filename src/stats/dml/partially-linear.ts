import type { Folds } from '../learners/folds.js';
import type { Learner, LearningContext } from '../learners/learner.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { fitNuisances } from './nuisances.js';
import type { Scored } from './repeated.js';
import type { Sample } from './sample.js';

export const partiallyLinearScores = ['partialling_out', 'iv_type'] as const;
export type PartiallyLinearScore = (typeof partiallyLinearScores)[number];

export interface PartiallyLinearLearners {
  readonly outcome: Learner;
  readonly treatment: Learner;
}

/** Treatment left over, as a share of its variance, that rounding alone can leave. */
const LEAST_LEFT = 1e-9;

/**
 * Score of the partially linear model Y = theta D + g(X) + noise: partialling out regresses residuals on residuals; the IV type takes
 * Y - theta D for g and the treatment's residual as its own instrument.
 *
 * Refuses a treatment that the covariates determine.
 * @see Robinson (1988), Econometrica 56(4); Chernozhukov and others (2018), equations 4.3 and 4.4
 */
export async function scorePartiallyLinear(sample: Sample, learners: PartiallyLinearLearners, kind: PartiallyLinearScore, folds: Folds, context: LearningContext): Promise<Scored | Refusal> {
  const { y, d } = sample;
  const fitted = await fitNuisances(sample, folds, {
    outcome: { words: 'E[Y | X]', learner: learners.outcome, target: y }, treatment: { words: 'E[D | X]', learner: learners.treatment, target: d },
  }, context);
  if (isRefusal(fitted)) return fitted;
  const { outcome, treatment } = fitted.predictions;
  const left = d.map((value, row) => value - treatment[row]!);
  const residual = y.map((value, row) => value - outcome[row]!);
  const undetermined = checkLeft(d, left);
  if (undetermined) return undetermined;
  const kept = new Uint8Array(y.length).fill(1);
  if (kind === 'partialling_out') {
    const slope = left.map((value) => -value * value);
    const level = left.map((value, row) => value * residual[row]!);
    return { score: { slope, level, kept }, reports: fitted.reports, trimmedShare: 0, strength: strengthOf(slope, level, left, residual) };
  }
  const first = weightedSum(level(left, residual), sample) / weightedSum(level(left, left), sample);
  const rest = await fitNuisances(sample, folds, { rest: { words: 'E[Y - theta D | X]', learner: learners.outcome, target: y.map((value, row) => value - first * d[row]!) } }, context);
  if (isRefusal(rest)) return rest;
  const slope = left.map((value, row) => -value * d[row]!);
  const iv = left.map((value, row) => value * (y[row]! - rest.predictions.rest[row]!));
  return { score: { slope, level: iv, kept }, reports: [...fitted.reports, ...rest.reports], trimmedShare: 0 };
}

const level = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, row) => value * b[row]!);
const weightedSum = (values: Float64Array, { weight }: Sample): number => values.reduce((sum, value, row) => sum + (weight ? weight[row]! : 1) * value, 0);

function checkLeft(d: Float64Array, left: Float64Array): Refusal | null {
  const centre = d.reduce((sum, value) => sum + value, 0) / d.length;
  const variance = d.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const rest = left.reduce((sum, value) => sum + value * value, 0);
  return rest > LEAST_LEFT * variance ? null : refuse('not_identified',
    'the covariates determine the treatment: nothing of it is left to learn an effect from', 'Drop the columns that the treatment is made of.');
}

/** Residual variance of Y given D and X, and of the representer (D - m) / E[(D - m)^2]. */
function strengthOf(slope: Float64Array, level: Float64Array, left: Float64Array, residual: Float64Array) {
  const theta = -level.reduce((sum, value) => sum + value, 0) / slope.reduce((sum, value) => sum + value, 0);
  const variance = left.reduce((sum, value) => sum + value * value, 0) / left.length;
  return {
    outcome: residual.map((value, row) => (value - theta * left[row]!) ** 2),
    // 2 / v - l^2 / v^2 has mean 1 / v and is orthogonal to v
    representer: left.map((value) => 2 / variance - (value * value) / variance ** 2),
  };
}
