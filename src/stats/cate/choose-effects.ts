import { groupsAmong, type Groups } from '../forest/groups.js';
import type { OverlapRule } from '../forest/overlap.js';
import { solveScore, type ScoreRoot } from '../dml/linear-score.js';
import type { Sample } from '../dml/sample.js';
import { planFolds } from '../learners/folds.js';
import type { LearningContext } from '../learners/learner.js';
import { isRefusal, type Refusal } from '../refusal.js';
import { crossFittedScores, type CrossFittedScores } from './cross-fitted-scores.js';
import type { EffectData, EffectLearners } from './effect-data.js';
import { forestMethod } from './forest-method.js';
import { judgeMethods, type JudgedMethod, type Judgement } from './judge-methods.js';
import { metaLearner, type MetaLearner } from './meta-learners.js';

export interface Competition {
  readonly methods: readonly (MetaLearner | 'forest')[];
  readonly learners: EffectLearners;
  /** of the causal forest */
  readonly trees: number;
  readonly folds: number;
  readonly overlap: OverlapRule;
  readonly loss: Judgement;
}

export interface ChosenEffects {
  readonly scored: CrossFittedScores;
  /** mean of the scores */
  readonly average: ScoreRoot;
  /** by loss, least first: the first is chosen */
  readonly judged: readonly JudgedMethod[];
  /** sample weights and independent groups of the rows of `scored` */
  readonly weights: Float64Array;
  readonly groups: Groups;
}

/**
 * Effects of units by several methods, out of sample, and which of them is nearest to doubly robust scores: the same for the same seed.
 *
 * @param sample with a treatment of 0 and 1, and one way of clustering at most
 */
export async function chooseEffects(sample: Sample, { methods, learners, trees, folds: count, overlap, loss }: Competition, context: LearningContext): Promise<ChosenEffects | Refusal> {
  const { x, y, d, weight, clusters: [cluster] } = sample;
  const data: EffectData = { x, y, d, ...(weight && { weight }), ...(cluster && { cluster }) };
  const folds = planFolds(x.n, { folds: count, ...(cluster ? { cluster } : {}), stratify: d }, context.seed);
  if (isRefusal(folds)) return folds;
  const scored = await crossFittedScores(sample, learners, folds, overlap, context);
  if (isRefusal(scored)) return scored;
  const { rows, scores, predictions } = scored;
  const kept = new Uint8Array(x.n);
  for (const row of rows) kept[row] = 1;
  const average = solveScore('cate', { slope: new Float64Array(x.n).fill(-1), level: scores, kept }, sample);
  if (isRefusal(average)) return average;
  const weights = weight ? Float64Array.from(rows, (row) => weight[row]!) : new Float64Array(rows.length).fill(1);
  const groups = groupsAmong(rows, cluster ? { codes: cluster } : null, weights);
  const all = methods.map((kind) => (kind === 'forest' ? forestMethod(trees, context) : metaLearner(kind, learners, { folds: count, bounds: overlap.bounds }, context)));
  const judged = await judgeMethods(all, data, folds, { ...predictions, scores }, loss, { rows, groups }, context.seed);
  return isRefusal(judged) ? judged : { scored, average, judged, weights, groups };
}
