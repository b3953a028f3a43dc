import { keepOverlap, refuseToldArms, type OverlapRule } from '../forest/overlap.js';
import type { Folds } from '../learners/folds.js';
import type { Learner, LearningContext } from '../learners/learner.js';
import { isRefusal, type Refusal } from '../refusal.js';
import { augmentedScores, augmentedTreatedScores, type AugmentedNuisances } from './augmented.js';
import { fitNuisances } from './nuisances.js';
import type { Scored } from './repeated.js';
import type { Sample } from './sample.js';

export const armTargets = ['all', 'treated'] as const;
export type ArmTarget = (typeof armTargets)[number];

export interface InteractiveModel {
  readonly outcome: Learner;
  /** a classifier */
  readonly treatment: Learner;
  /** over whom the effect is averaged */
  readonly target: ArmTarget;
  readonly overlap: OverlapRule;
  /** moves outcome models before they are scored; absent: they stay */
  readonly retarget?: (sample: Sample, nuisances: AugmentedNuisances, kept: Uint8Array) => AugmentedNuisances | Refusal;
}

/**
 * Augmented inverse-propensity score of the interactive model Y = g(D, X) + noise with a binary treatment.
 *
 * Refuses propensities outside the bounds, or leaves their rows out, as the rule says.
 * @see Chernozhukov and others (2018), equations 5.3 and 5.4
 */
export async function scoreInteractive(sample: Sample, { outcome, treatment, target, overlap, retarget }: InteractiveModel, folds: Folds, context: LearningContext): Promise<Scored | Refusal> {
  const { y, d } = sample;
  const isControl = Uint8Array.from(d, (value) => (value === 0 ? 1 : 0));
  const fitted = await fitNuisances(sample, folds, {
    control: { words: 'E[Y | D = 0, X]', learner: outcome, target: y, among: isControl },
    ...(target === 'all' && { treated: { words: 'E[Y | D = 1, X]', learner: outcome, target: y, among: d } }),
    propensity: { words: 'P(D = 1 | X)', learner: treatment, target: d },
  } as Readonly<Record<keyof AugmentedNuisances, Parameters<typeof fitNuisances>[2][string]>>, context);
  if (isRefusal(fitted)) return fitted;
  // the effect on the treated does not need their outcome model: their outcome is its own prediction
  const first = { ...fitted.predictions, treated: fitted.predictions.treated ?? y };
  const told = refuseToldArms(first.propensity, d);
  if (told) return told;
  const overlapping = keepOverlap({ wHat: first.propensity, isBinary: true }, overlap, target === 'all' ? 'both' : 'control');
  if (isRefusal(overlapping)) return overlapping;
  const kept = new Uint8Array(y.length);
  for (const row of overlapping.rows) kept[row] = 1;
  const nuisances = retarget ? retarget(sample, first, kept) : first;
  if (isRefusal(nuisances)) return nuisances;
  const { propensity, control, treated } = nuisances;
  const isAll = target === 'all';
  return {
    score: { slope: isAll ? new Float64Array(y.length).fill(-1) : d.map((value) => -value), level: isAll ? augmentedScores(y, d, nuisances) : augmentedTreatedScores(y, d, nuisances), kept },
    reports: fitted.reports, trimmedShare: overlapping.trimmedShare, propensity,
    ...(isAll && { strength: {
      outcome: y.map((value, row) => (value - (d[row] === 1 ? treated[row]! : control[row]!)) ** 2),
      representer: propensity.map((e, row) => 2 / (e * (1 - e)) - (d[row] === 1 ? 1 / e ** 2 : 1 / (1 - e) ** 2)),
    } }),
  };
}
