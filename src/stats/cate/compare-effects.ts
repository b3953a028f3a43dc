import { checkSample, type Sample } from '../dml/sample.js';
import { groupsAmong } from '../forest/groups.js';
import { rankWeightedEffect, type RankWeightedEffect } from '../forest/rank-weighted-effect.js';
import { boostingLearner } from '../learners/boosting/boosting.js';
import { planFolds } from '../learners/folds.js';
import type { LearningContext } from '../learners/learner.js';
import { studentTwoSidedTail, studentUpperQuantile } from '../numeric/student.js';
import { isRefusal, type Refusal } from '../refusal.js';
import { crossFittedScores } from './cross-fitted-scores.js';
import { lossDifference } from './doubly-robust-loss.js';

/** Two predictions of the effects of the same units, judged by outcomes that neither was learned from. */
export interface EffectComparison {
  /** units with overlap, which judged */
  readonly n: number;
  readonly trimmedShare: number;
  /** doubly robust loss of the first less that of the second, in squared units of the effect: below 0 the first is nearer to the truth */
  readonly loss: { readonly estimate: number; readonly standardError: number; readonly lower: number; readonly upper: number; readonly pValue: number };
  /** what each ranking gains over treating at random */
  readonly rates: readonly [RankWeightedEffect, RankWeightedEffect];
}

const FOLDS = 5;
const BOUNDS = [0.01, 0.99] as const;
const REPLICATES = 200;
/** Early stopping on a tenth of the rows: nuisances of any size of data. */
const LEARNER = { trees: 500, heldOut: 0.1 } as const;

/**
 * Judges effects by scores whose nuisances are boosted and cross-fitted on the same units; units beyond propensities of 0.01 and 0.99 are
 * trimmed.
 * @param first, second  predicted effects, shape (n). Refuses samples that have no such scores.
 * @see Foster, Syrgkanis (2023), Annals of Statistics 51(3)
 */
export async function compareEffects(sample: Sample, first: Float64Array, second: Float64Array, level: number, context: LearningContext): Promise<EffectComparison | Refusal> {
  const refusal = checkSample('a comparison of effects', sample, ['d']);
  if (refusal) return refusal;
  const { x, d, weight, clusters: [cluster] } = sample;
  const folds = planFolds(x.n, { folds: FOLDS, ...(cluster && { cluster }), stratify: d }, context.seed);
  if (isRefusal(folds)) return folds;
  const learners = { outcome: boostingLearner('regression', LEARNER), propensity: boostingLearner('classification', LEARNER) };
  const scored = await crossFittedScores(sample, learners, folds, { bounds: BOUNDS, beyond: 'trim' }, context);
  if (isRefusal(scored)) return scored;
  const { rows, trimmedShare } = scored;
  const at = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const weights = weight ? at(weight) : new Float64Array(rows.length).fill(1);
  const judges = { scores: at(scored.scores), weight: weights, groups: groupsAmong(rows, cluster ? { codes: cluster } : null, weights) };
  const effects = [at(first), at(second)] as const;
  const loss = lossDifference(judges, ...effects);
  if (isRefusal(loss)) return loss;
  const ranked = effects.map((priorities) => rankWeightedEffect(
    { scores: judges.scores, priorities, weight: weights, cluster: cluster ? rows.map((row) => cluster[row]!) : null },
    { target: 'autoc', replicates: REPLICATES, fractions: [], level, seed: context.seed },
  ));
  const refused = ranked.find(isRefusal);
  if (refused) return refused;
  return { n: rows.length, trimmedShare, loss: inferred(loss, judges.groups.count - 1, level), rates: ranked as [RankWeightedEffect, RankWeightedEffect] };
}

function inferred({ estimate, standardError }: { readonly estimate: number; readonly standardError: number }, degreesOfFreedom: number, level: number): EffectComparison['loss'] {
  const reach = studentUpperQuantile((1 - level) / 2, degreesOfFreedom) * standardError;
  const pValue = standardError > 0 ? studentTwoSidedTail(estimate / standardError, degreesOfFreedom) : 1;
  return { estimate, standardError, lower: estimate - reach, upper: estimate + reach, pValue };
}
