import { augmentedScores, type AugmentedNuisances } from '../dml/augmented.js';
import { fitNuisances, type FittedNuisances } from '../dml/nuisances.js';
import type { Sample } from '../dml/sample.js';
import { keepOverlap, refuseToldArms, type OverlapRule } from '../forest/overlap.js';
import type { Folds } from '../learners/folds.js';
import type { Learner, LearningContext } from '../learners/learner.js';
import { isRefusal, type Refusal } from '../refusal.js';

/** Doubly robust scores of the effect of each unit, with the nuisances behind them. */
export interface CrossFittedScores extends FittedNuisances<keyof AugmentedNuisances> {
  /** shape (n); only those of `rows` are to be read */
  readonly scores: Float64Array;
  /** units with overlap */
  readonly rows: Int32Array;
  readonly trimmedShare: number;
}

/**
 * Augmented inverse-propensity scores with cross-fitted outcome models and propensities.
 *
 * Refuses what a learner refuses, covariates that tell the arm, and units outside the bounds as the rule says.
 */
export async function crossFittedScores(
  sample: Sample, { outcome, propensity }: { readonly outcome: Learner; readonly propensity: Learner }, folds: Folds, overlap: OverlapRule, context: LearningContext,
): Promise<CrossFittedScores | Refusal> {
  const { y, d } = sample;
  const fitted = await fitNuisances(sample, folds, {
    control: { words: 'E[Y | D = 0, X]', learner: outcome, target: y, among: d.map((value) => 1 - value) },
    treated: { words: 'E[Y | D = 1, X]', learner: outcome, target: y, among: d },
    propensity: { words: 'P(D = 1 | X)', learner: propensity, target: d },
  }, context);
  if (isRefusal(fitted)) return fitted;
  const told = refuseToldArms(fitted.predictions.propensity, d);
  if (told) return told;
  const kept = keepOverlap({ wHat: fitted.predictions.propensity, isBinary: true }, overlap, 'both');
  if (isRefusal(kept)) return kept;
  return { ...fitted, scores: augmentedScores(y, d, fitted.predictions), rows: kept.rows, trimmedShare: kept.trimmedShare };
}
