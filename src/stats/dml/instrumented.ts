import { keepOverlap, type OverlapRule } from '../forest/overlap.js';
import type { Folds } from '../learners/folds.js';
import type { Learner, LearningContext } from '../learners/learner.js';
import { isRefusal, type Refusal } from '../refusal.js';
import { augmentedScores } from './augmented.js';
import { fitNuisances } from './nuisances.js';
import type { Scored } from './repeated.js';
import type { Sample } from './sample.js';

export interface InstrumentedSample extends Sample { readonly z: Float64Array }

export interface InstrumentedLearners {
  readonly outcome: Learner;
  readonly treatment: Learner;
  readonly instrument: Learner;
}

/**
 * Score of the partially linear model with an instrument: residuals of Y on those of D, by those of Z.
 * @see Chernozhukov and others (2018), equation 4.8
 */
export async function scorePartiallyLinearIv(sample: InstrumentedSample, learners: InstrumentedLearners, folds: Folds, context: LearningContext): Promise<Scored | Refusal> {
  const { y, d, z } = sample;
  const fitted = await fitNuisances(sample, folds, {
    outcome: { words: 'E[Y | X]', learner: learners.outcome, target: y },
    treatment: { words: 'E[D | X]', learner: learners.treatment, target: d },
    instrument: { words: 'E[Z | X]', learner: learners.instrument, target: z },
  }, context);
  if (isRefusal(fitted)) return fitted;
  const { outcome, treatment, instrument } = fitted.predictions;
  const left = z.map((value, row) => value - instrument[row]!);
  return {
    score: {
      slope: left.map((value, row) => -value * (d[row]! - treatment[row]!)), level: left.map((value, row) => value * (y[row]! - outcome[row]!)),
      kept: new Uint8Array(y.length).fill(1),
    },
    reports: fitted.reports, trimmedShare: 0,
  };
}

/**
 * Score of the interactive model with a binary instrument: the local average effect is the instrument's effect on the outcome over that on the
 * treatment, both by augmented inverse-propensity weighting.
 *
 * Refuses propensities of the instrument outside the bounds, or leaves their rows out, as the rule says.
 * @see Chernozhukov and others (2018), equation 5.6; Froelich (2007), Journal of Econometrics 139(1)
 */
export async function scoreInteractiveIv(sample: InstrumentedSample, learners: InstrumentedLearners, rule: OverlapRule, folds: Folds, context: LearningContext): Promise<Scored | Refusal> {
  const { y, d, z } = sample;
  const isOff = Uint8Array.from(z, (value) => (value === 0 ? 1 : 0));
  const fitted = await fitNuisances(sample, folds, {
    outcomeOff: { words: 'E[Y | Z = 0, X]', learner: learners.outcome, target: y, among: isOff },
    outcomeOn: { words: 'E[Y | Z = 1, X]', learner: learners.outcome, target: y, among: z },
    treatmentOff: { words: 'P(D = 1 | Z = 0, X)', learner: learners.treatment, target: d, among: isOff },
    treatmentOn: { words: 'P(D = 1 | Z = 1, X)', learner: learners.treatment, target: d, among: z },
    propensity: { words: 'P(Z = 1 | X)', learner: learners.instrument, target: z },
  }, context);
  if (isRefusal(fitted)) return fitted;
  const { outcomeOff, outcomeOn, treatmentOff, treatmentOn, propensity } = fitted.predictions;
  const overlapping = keepOverlap({ wHat: propensity, isBinary: true }, rule, 'both');
  if (isRefusal(overlapping)) return overlapping;
  const kept = new Uint8Array(y.length);
  for (const row of overlapping.rows) kept[row] = 1;
  return {
    score: {
      level: augmentedScores(y, z, { control: outcomeOff, treated: outcomeOn, propensity }),
      slope: augmentedScores(d, z, { control: treatmentOff, treated: treatmentOn, propensity }).map((value) => -value),
      kept,
    },
    reports: fitted.reports, trimmedShare: overlapping.trimmedShare, propensity,
  };
}
