import { stream } from '../numeric/random.js';
import { isRefusal, type Refusal } from '../refusal.js';
import { checkCausalData, growCausalForest, type CausalChoices, type CausalData, type CausalForest } from './causal-forest.js';
import { doublyRobustScores } from './doubly-robust-scores.js';
import { predictEffects } from './effect-prediction.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { localCorrection, predictLocalEffects } from './local-linear-effects.js';
import { observationWeights } from './observation-weights.js';
import { keepOverlap, type OverlapRule } from './overlap.js';
import { progressPart } from './progress-part.js';
import { rankWeightedEffect, type RankWeightedEffect, type RateOptions } from './rank-weighted-effect.js';

/**
 * Does the forest find whom to treat first? Priorities are learned on one half of the units (or clusters), and the rank-weighted effect is
 * estimated with doubly robust scores of the other half, so that its p-value is honest.
 * @param localLinear whether the effects that are ranked by are corrected as in local-linear-effects.ts
 */
export async function heterogeneityTest(
  engine: ForestEngine, data: CausalData, choices: CausalChoices, overlap: OverlapRule, rate: RateOptions, options: EngineOptions = {}, localLinear = false,
): Promise<RankWeightedEffect | Refusal> {
  const refusal = checkCausalData(data);
  if (refusal) return refusal;
  const [learning, judging] = halvesOf(data, choices.seed);
  const teacher = await growCausalForest(engine, learning, choices, progressPart(options, 0, 0.45));
  if (isRefusal(teacher)) return teacher;
  const judge = await growCausalForest(engine, judging, choices, progressPart(options, 0.45, 0.9));
  if (isRefusal(judge)) return judge;
  const columns = Object.fromEntries(data.features.map((name, j) => [name, judging.x[j]!]));
  const correction = localLinear ? localCorrection(teacher, learning) : null;
  if (isRefusal(correction)) return correction;
  const priorities = correction && correction.penalty < Infinity ? predictLocalEffects(teacher, correction, columns) : await predictEffects(engine, teacher, columns, progressPart(options, 0.9, 1));
  if (isRefusal(priorities)) return priorities;
  const scores = await doublyRobustScores(engine, judge, progressPart(options, 1, 1));
  if (isRefusal(scores)) return scores;
  const rows = judgingRows(judge, scores, overlap);
  return isRefusal(rows) ? rows : rankWeightedEffect({ ...rows, priorities: rows.at(priorities.estimates) }, rate);
}

/** Rows of a forest with overlap, as they judge rankings; `at` takes the values of a column at them. */
export function judgingRows(forest: CausalForest, scores: Float64Array, overlap: OverlapRule) {
  const kept = keepOverlap(forest, overlap, 'both');
  if (isRefusal(kept)) return kept;
  const at = (column: Float64Array) => Float64Array.from(kept.rows, (row) => column[row]!);
  const { clusters } = forest.rows;
  return { at, scores: at(scores), weight: at(observationWeights(forest)), cluster: clusters && kept.rows.map((row) => clusters.codes[row]!) };
}

/** Streams of one seed that are not trees'. */
const HALVES_STREAM = 0x48414c46;

/** 1 for rows of the half that learns, 0 for those of the half that judges; clusters stay whole. Shape (n). */
export function learningHalf(n: number, cluster: Int32Array | null, seed: number): Uint8Array {
  const random = stream(seed, HALVES_STREAM);
  const sides = new Map<number, boolean>();
  return Uint8Array.from({ length: n }, (_, row) => {
    const unit = cluster ? cluster[row]! : row;
    const side = sides.get(unit) ?? random.bernoulli(0.5);
    sides.set(unit, side);
    return side ? 1 : 0;
  });
}

function halvesOf(data: CausalData, seed: number): [CausalData, CausalData] {
  const isLearning = learningHalf(data.y.length, data.cluster ?? null, seed);
  return [1, 0].map((side) => rowsOf(data, Int32Array.from(isLearning.keys()).filter((row) => isLearning[row] === side))) as [CausalData, CausalData];
}

/** The same columns of these rows. */
export function rowsOf(data: CausalData, rows: Int32Array): CausalData {
  const at = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  return {
    features: data.features, ...(data.categorical && { categorical: data.categorical }), x: data.x.map(at), y: at(data.y), w: at(data.w),
    weight: data.weight && at(data.weight), cluster: data.cluster && rows.map((row) => data.cluster![row]!),
    ...(data.yHat && { yHat: at(data.yHat) }), ...(data.wHat && { wHat: at(data.wHat) }),
  };
}
