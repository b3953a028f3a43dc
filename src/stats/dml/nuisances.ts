import { crossFit } from '../learners/cross-fit.js';
import type { Folds } from '../learners/folds.js';
import type { Learner, LearningContext } from '../learners/learner.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { reportNuisance, type NuisanceReport } from './nuisance-report.js';
import type { Sample } from './sample.js';

/** A nuisance function: the expectation of a column given the covariates, learned among some rows and predicted for all. */
export interface Nuisance {
  /** in words, such as E[Y | X] */
  readonly words: string;
  readonly learner: Learner;
  readonly target: Float64Array;
  /** rows that may train, not 0 where they may; absent: all */
  readonly among?: ArrayLike<number>;
}

export interface FittedNuisances<K extends string> {
  /** out of fold, shape (n) each */
  readonly predictions: Readonly<Record<K, Float64Array>>;
  readonly reports: readonly NuisanceReport[];
}

/**
 * Cross-fits nuisances on the same folds.
 *
 * A target that is one value among the rows that teach it is that value: nobody in an arm that cannot take the treatment up takes it up.
 * Refuses what a learner refuses, naming the nuisance, and predictions that overflow.
 */
export async function fitNuisances<K extends string>(
  { x, weight, clusters }: Sample, folds: Folds, nuisances: Readonly<Record<K, Nuisance>>, context: LearningContext,
): Promise<FittedNuisances<K> | Refusal> {
  const predictions = {} as Record<K, Float64Array>;
  const reports: NuisanceReport[] = [];
  for (const key of Object.keys(nuisances) as K[]) {
    const { words, learner, target, among } = nuisances[key];
    const constant = among ? onlyValue(target, among) : null;
    if (constant !== null) {
      predictions[key] = new Float64Array(x.n).fill(constant);
      continue;
    }
    const [cluster] = clusters;
    const fitted = await crossFit(learner, { x, y: target, ...(weight && { weight }), ...(cluster && { cluster }) }, folds, context, among);
    if (isRefusal(fitted)) return refuse(fitted.reason, `${words}: ${fitted.detail}`, fitted.remedy);
    const report = reportNuisance(words, learner, target, fitted.predictions, weight, among);
    if (!fitted.predictions.every(Number.isFinite) || (report && !(report.loss < Infinity && report.explained > -Infinity))) return refuse('not_finite', `predictions of ${words} by ${learner.name} overflow`, 'Rescale the columns.');
    predictions[key] = fitted.predictions;
    if (report) reports.push(report);
  }
  return { predictions, reports };
}

/** The value of a column that does not vary among some rows; null when it does. */
function onlyValue(target: Float64Array, among: ArrayLike<number>): number | null {
  let value: number | null = null;
  for (let row = 0; row < target.length; row++) {
    if (among[row] === 0) continue;
    if (value !== null && target[row] !== value) return null;
    value = target[row]!;
  }
  return value;
}
