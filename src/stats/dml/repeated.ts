import type { Effect } from '../effects/effect.js';
import type { Folds } from '../learners/folds.js';
import type { LearningContext } from '../learners/learner.js';
import { stream } from '../numeric/random.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { sortedQuantile } from '../summaries/sample-quantile.js';
import { planSampleFolds } from './fold-plan.js';
import { solveScore, type LinearScore, type ScoreRoot } from './linear-score.js';
import { averageReports, type NuisanceReport } from './nuisance-report.js';
import type { Sample } from './sample.js';

/** How nuisances are cross-fitted. */
export interface CrossFitting {
  readonly folds: number;
  /** times that the folds are drawn anew */
  readonly repetitions: number;
  /** codes whose shares are alike in all folds, shape (n) */
  readonly stratify?: ArrayLike<number>;
}

/** What one repetition comes to before the score is solved. */
export interface Scored {
  readonly score: LinearScore;
  readonly reports: readonly NuisanceReport[];
  /** share of rows left out for want of overlap, in [0, 1] */
  readonly trimmedShare: number;
  /** out of fold, where the score weighs by it, shape (n) */
  readonly propensity?: Float64Array;
  /** for the bias that an omitted variable could make */
  readonly strength?: ConfoundingScale;
}

/** The two moments that bound the bias of an omitted variable, as values whose weighted means they are, shape (n). */
export interface ConfoundingScale {
  /** squared residuals of the outcome */
  readonly outcome: Float64Array;
  /** score of the squared Riesz representer */
  readonly representer: Float64Array;
}

export interface RepeatedEffect extends Effect {
  readonly degreesOfFreedom: number;
  readonly groups: number;
  /** largest over repetitions */
  readonly trimmedShare: number;
  readonly repetitions: readonly { readonly estimate: number; readonly standardError: number }[];
  /** averaged over repetitions */
  readonly reports: readonly NuisanceReport[];
  /** the repetition whose estimate is (next below) the median */
  readonly central: { readonly scored: Scored; readonly root: ScoreRoot };
}

/** Names the streams of repetitions among those of a seed. */
const REPETITION_STREAM = 0xd311;
const SEED_RANGE = 2 ** 32;

/**
 * Repeats cross-fitting on new folds; estimate and variance are medians, the variance with each repetition's distance from the median.
 *
 * The influence values are those of the central repetition. Refuses when a repetition does.
 * @param scoreOnce nuisances and score on some folds
 * @see Chernozhukov and others (2018), Econometrics Journal 21(1), definition 3.3
 */
export async function repeatCrossFitting(
  name: string, sample: Sample, { folds: count, repetitions, stratify }: CrossFitting, context: LearningContext & { readonly onProgress?: (share: number) => void },
  scoreOnce: (folds: Folds, context: LearningContext) => Promise<Scored | Refusal>,
): Promise<RepeatedEffect | Refusal> {
  const all: { scored: Scored; root: ScoreRoot }[] = [];
  for (let s = 0; s < repetitions; s++) {
    const folds = planSampleFolds(sample, count, stratify, context.seed, s);
    if (isRefusal(folds)) return folds;
    const scored = await scoreOnce(folds, { ...context, seed: stream(context.seed, REPETITION_STREAM, s).integer(SEED_RANGE) });
    if (isRefusal(scored)) return scored;
    const root = solveScore(name, scored.score, sample);
    if (isRefusal(root)) return root;
    all.push({ scored, root });
    context.onProgress?.((s + 1) / repetitions);
  }
  const estimate = median(all.map(({ root }) => root.estimate));
  const variance = median(all.map(({ root }) => root.standardError ** 2 + (root.estimate - estimate) ** 2));
  const central = [...all].sort((a, b) => a.root.estimate - b.root.estimate)[Math.floor((repetitions - 1) / 2)]!;
  return {
    estimate, standardError: Math.sqrt(variance), n: central.root.n, groups: central.root.groups, degreesOfFreedom: central.root.groups - 1,
    influence: central.root.influence,
    trimmedShare: Math.max(...all.map(({ scored }) => scored.trimmedShare)),
    repetitions: all.map(({ root }) => ({ estimate: root.estimate, standardError: root.standardError })),
    reports: averageReports(all.map(({ scored }) => scored.reports)),
    central,
  };
}

export const median = (values: readonly number[]): number => sortedQuantile([...values].sort((a, b) => a - b), 0.5);

/** Refuses an instrument whose first stage has an F below `leastF`. */
export function checkFirstStage(name: string, { denominator }: ScoreRoot['quotient'], leastF: number): Refusal | null {
  const f = (denominator.estimate / denominator.standardError) ** 2;
  return f >= leastF ? null : refuse('denominator_near_zero',
    `${name} needs a first stage with F of at least ${leastF}; it is ${f}`, 'Find a stronger instrument, or read the Anderson-Rubin set, which holds however weak it is.');
}
