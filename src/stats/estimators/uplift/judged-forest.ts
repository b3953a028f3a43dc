import type { Effect } from '../../effects/effect.js';
import { clustersOf } from '../../forest/binning.js';
import { stream } from '../../numeric/random.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { effectScores } from '../../uplift/effect-scores.js';
import { singleTreatmentCriteria, type UpliftCriterion } from '../../uplift/forest/criteria.js';
import { growUpliftForest, predictUplift, type UpliftData } from '../../uplift/forest/uplift-forest.js';
import { judgeRanking, type JudgedRanking } from '../../uplift/judge-ranking.js';
import { OptionsError, type Category, type EstimationContext, type Numeric } from '../estimator.js';

export interface ForestColumns {
  readonly outcome: Numeric;
  readonly treatment: Category;
  readonly covariates: readonly Numeric[];
  readonly categories: readonly Category[];
  readonly propensity: Numeric | undefined;
  readonly cost: Numeric | undefined;
  readonly cluster: Category | undefined;
}
export interface ForestChoices {
  readonly control?: string | undefined;
  readonly criterion: UpliftCriterion;
  readonly normalise: boolean;
  readonly honest: boolean;
  readonly trees: number;
  readonly sampleFraction: number;
  readonly mtry: number | null;
  readonly maxDepth: number;
  readonly minLeaf: number;
  readonly minArm: number;
  readonly regularisation: number;
  readonly holdout: number;
  readonly fractions: readonly number[];
  readonly value: number;
}

export interface JudgedForest {
  readonly learned: number;
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
  readonly treatments: readonly { readonly name: string; readonly units: number; readonly ranking: JudgedRanking; readonly outOfBagQini: Effect | null }[];
}

/** Names the stream of the holdout among those of a seed. */
const HOLDOUT_STREAM = 0x686f6c64;

/**
 * Grows a forest from one part of the units and judges its ranking by each treatment's uplift on the other part.
 * @throws OptionsError when the control is unknown or unnamed among several levels, or the criterion or propensity allows one treatment only
 */
export async function judgedForest(columns: ForestColumns, options: ForestChoices, { seed, signal, onProgress, uplift: engine }: EstimationContext): Promise<JudgedForest | Refusal> {
  const levels = armLevels(columns, options);
  const isHeldOut = holdOut(columns, options.holdout, seed);
  const all = Int32Array.from(columns.outcome.values.keys());
  const learning = all.filter((row) => isHeldOut[row] === 0);
  const judging = all.filter((row) => isHeldOut[row] === 1);
  const data = dataOf(columns, levels, learning);
  const features = data.features.length;
  const forest = await growUpliftForest(data, {
    ...options, isHonest: options.honest, mtry: Math.min(features, options.mtry ?? Math.ceil(features / 2)), seed,
  }, { ...(signal && { signal }), ...(onProgress && { onProgress }) }, engine);
  if (isRefusal(forest)) return forest;
  if (forest.trees.every(({ feature }) => feature.length === 1)) {
    return refuse('zero_variance', 'the uplift forest found no split to make, so that it ranks nobody', 'Give more units or columns, or smaller minLeaf, minArm or regularisation.');
  }
  const held = dataOf(columns, levels, judging);
  const uplift = predictUplift(forest, held.x, 'larger_child');
  if (isRefusal(uplift)) return uplift;
  const treatments = [];
  for (let k = 1; k < levels.length; k++) {
    const ranking = judgeTreatment(columns, held, judging, uplift, k, options);
    if (isRefusal(ranking)) return ranking;
    const outOfBag = judgeTreatment(columns, data, learning, forest.outOfBag, k, options);
    treatments.push({ name: levels[k]!, units: ranking.average.n, ranking, outOfBagQini: isRefusal(outOfBag) ? null : outOfBag.qini });
  }
  return {
    learned: learning.length,
    importance: forest.features.map((feature, j) => ({ feature, share: forest.importance[j]! })).sort((a, b) => b.share - a.share),
    treatments,
  };
}

/** The ranking of a treatment's and control's units by the predicted uplift of treatment k, shape (rows, treatments). */
function judgeTreatment({ propensity, cost, cluster }: ForestColumns, { outcome, arm, arms }: UpliftData, rows: Int32Array, uplift: Float64Array, k: number, { fractions, value }: ForestChoices): JudgedRanking | Refusal {
  const units = Int32Array.from(rows.keys()).filter((i) => (arm[i] === 0 || arm[i] === k) && !Number.isNaN(uplift[i * (arms.length - 1) + k - 1]!));
  const at = (column: Numeric | undefined): Float64Array | null => column ? Float64Array.from(units, (i) => column.values[rows[i]!]!) : null;
  const scores = effectScores({
    outcome: Float64Array.from(units, (i) => outcome[i]!), treated: Uint8Array.from(units, (i) => Number(arm[i] === k)), weight: null, propensity: at(propensity), expected: null,
  });
  if (isRefusal(scores)) return scores;
  return judgeRanking({
    scores, score: Float64Array.from(units, (i) => uplift[i * (arms.length - 1) + k - 1]!), weight: null,
    cluster: cluster ? units.map((i) => cluster.codes[rows[i]!]!) : null, cost: at(cost), value, fractions,
  });
}

/** Arms by name, control first. */
function armLevels({ treatment: { name, levels }, propensity }: ForestColumns, { control, criterion }: ForestChoices): readonly string[] {
  if (control !== undefined && !levels.includes(control)) throw new OptionsError(`control must be one of ${levels.join(', ')}; got "${control}"`, ['control']);
  if (control === undefined && levels.length > 2) throw new OptionsError(`control must be named, as ${name} has ${levels.length} levels: ${levels.join(', ')}`, ['control']);
  const first = control ?? levels[0] ?? 'control';
  const arms = [first, ...levels.filter((level) => level !== first)];
  if (arms.length > 2 && singleTreatmentCriteria.includes(criterion)) {
    throw new OptionsError(`criterion ${criterion} compares one treatment with control; ${name} has ${arms.length - 1} treatments. Use kl, euclidean, chi_square or cts`, ['criterion']);
  }
  if (arms.length > 2 && propensity) throw new OptionsError('propensity is the chance of one treatment; leave it out with several', ['columns', 'propensity']);
  return arms;
}

function dataOf({ outcome, treatment, covariates, categories, cluster }: ForestColumns, arms: readonly string[], rows: Int32Array): UpliftData {
  const armOf = treatment.levels.map((level) => arms.indexOf(level));
  return {
    features: [...covariates, ...categories].map(({ name }) => name),
    x: [
      ...covariates.map(({ values }) => Float64Array.from(rows, (row) => values[row]!)),
      ...categories.map(({ codes }) => Float64Array.from(rows, (row) => (codes[row]! < 0 ? NaN : codes[row]!))),
    ],
    categorical: categories.map((_, i) => covariates.length + i),
    outcome: Float64Array.from(rows, (row) => outcome.values[row]!),
    arm: Uint8Array.from(rows, (row) => armOf[treatment.codes[row]!]!),
    arms,
    cluster: cluster ? rows.map((row) => cluster.codes[row]!) : null,
  };
}

/** Marks a share of the units, or of the clusters. */
function holdOut({ outcome, cluster }: ForestColumns, share: number, seed: number): Uint8Array {
  const n = outcome.values.length;
  const clusters = cluster ? clustersOf(cluster.codes) : null;
  const groups = clusters ? clusters.sizes.length : n;
  const order = Int32Array.from({ length: groups }, (_, group) => group);
  stream(seed, HOLDOUT_STREAM).shuffle(order);
  const held = new Uint8Array(groups);
  for (const group of order.subarray(0, Math.round(share * groups))) held[group] = 1;
  return clusters ? Uint8Array.from(clusters.codes, (code) => held[code]!) : held;
}
