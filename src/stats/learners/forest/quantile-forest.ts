import { binnedRows, type BinnedRows, type Binning } from '../../forest/binning.js';
import { planGrowth, type GrowthPlan } from '../../forest/growth-plan.js';
import { treesOf, type PackedTrees } from '../../forest/packed-trees.js';
import { leafFinder, type LeafFinder } from '../../forest/reference/prediction.js';
import { referenceEngine } from '../../forest/reference/reference-engine.js';
import { drawBag, drawTree } from '../../forest/reference/sampling.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import type { Features, Fitted, Learner, LearningContext, Training } from '../learner.js';
import { checkTraining } from '../training.js';
import { binTraining, LEARNER_FOREST, settingsOf, type ForestLearnerOptions } from './forest.js';

export interface QuantileForestOptions extends ForestLearnerOptions {
  /** which quantile `predict` gives, in (0, 1) */
  readonly quantile: number;
}

export interface FittedQuantileForest extends Fitted {
  /** conditional quantiles of rows, one column for each asked, shape (quantiles)(n) */
  quantiles(x: Features, quantiles: readonly number[]): Float64Array[];
}

export interface QuantileForestLearner extends Learner {
  fit(training: Training, context: LearningContext): Promise<FittedQuantileForest | Refusal>;
}

/**
 * Splits are sought where any of these quantiles of the outcome moves. grf takes three, anew in each node; of all rows it needs more, so that some are among
 * the outcomes of every node: with three, errors were up to 1.8 times grf's where the level varies more than the spread; with these 0.8 to 1.04 times.
 */
const SPLIT_QUANTILES = [0.02, 0.05, 0.1, 0.17, 0.25, 0.33, 0.42, 0.5, 0.58, 0.67, 0.75, 0.83, 0.9, 0.95, 0.98];

/**
 * Quantile forest: quantiles of the outcomes weighted by how often they share a leaf with a row.
 *
 * Splits part the shares of outcomes below fifteen quantiles, so that trees see changes of spread as well as of level; leaves hold the outcomes of the
 * honest half. Refuses what the regression forest refuses, and a row that shares no leaf with any outcome.
 * @see Meinshausen (2006), JMLR 7; Athey, Tibshirani, Wager (2019), section 5, for the splits
 */
export function quantileForestLearner(options: QuantileForestOptions): QuantileForestLearner {
  const about = { name: 'quantile_forest', task: 'regression' as const, takesMissing: true };
  return {
    ...about,
    async fit(training, context) {
      const binned = checkTraining(about, training) ?? binTraining(training);
      if (isRefusal(binned)) return binned;
      const { binning, rows } = binned;
      const plan = planGrowth(rows, 'multi_regression', settingsOf(options, rows.features, context.seed), LEARNER_FOREST, {
        further: belowQuantiles(training.y), weight: training.weight ? Float32Array.from(training.weight) : null,
      });
      if (isRefusal(plan)) return plan;
      const growth = await (context.forests ?? referenceEngine).grow(rows, plan, true, context.signal && { signal: context.signal });
      if (isRefusal(growth)) return growth;
      const members = membersOf(rows, plan, growth.trees, training.weight ?? null);
      if (!members.some(({ counts }) => counts.length > 0)) return refuse('too_few_units', 'no tree of the quantile forest has a leaf with outcomes', 'Collect more units.');
      const sorted = Int32Array.from(training.y.keys()).sort((a, b) => training.y[a]! - training.y[b]! || a - b);
      const quantiles = (x: Features, asked: readonly number[]) => quantilesOf(binning, members, training, sorted, x, asked);
      return { quantiles, predict: (x) => quantiles(x, [options.quantile])[0]! };
    },
  };
}

/** 1 where the outcome is at most a quantile, a column for each distinct one below the largest outcome, shape (n). */
function belowQuantiles(y: Float64Array): Float32Array[] {
  const sorted = y.slice().sort();
  const largest = sorted[sorted.length - 1]!;
  const cuts = new Set(SPLIT_QUANTILES.map((quantile) => sorted[Math.ceil(quantile * sorted.length) - 1]!).filter((cut) => cut < largest));
  if (cuts.size === 0) cuts.add(sorted.findLast((value) => value < largest)!);
  return Array.from(cuts, (cut) => Float32Array.from(y, (value) => (value <= cut ? 1 : 0)));
}

/** Rows that estimate the leaves of one tree. */
interface TreeMembers {
  readonly find: LeafFinder;
  /** members of leaf l are rows[starts[l]] .. rows[starts[l + 1] - 1] */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  /** weight of all members, shape (leaves) */
  readonly counts: Float64Array;
}

function membersOf(rows: BinnedRows, plan: GrowthPlan, trees: PackedTrees, weight: Float64Array | null): TreeMembers[] {
  const packed = trees.segments.flatMap((segment) => [...treesOf(segment, trees.leafValues)].map((tree) => ({ segment, tree })));
  return packed.map(({ segment, tree }, bag) => {
    const find = leafFinder(segment, tree);
    const { estimateRows } = drawTree(rows, plan, bag, drawBag(rows, plan, bag), 0);
    const leafOf = estimateRows.map((row) => find(rows.bins, row * rows.features));
    const starts = new Int32Array(tree.leaves + 1);
    const counts = new Float64Array(tree.leaves);
    leafOf.forEach((leaf, i) => { starts[leaf + 1]!++; counts[leaf]! += weight ? weight[estimateRows[i]!]! : 1; });
    for (let leaf = 0; leaf < tree.leaves; leaf++) starts[leaf + 1]! += starts[leaf]!;
    const next = starts.slice();
    const members = new Int32Array(estimateRows.length);
    leafOf.forEach((leaf, i) => { members[next[leaf]!++] = estimateRows[i]!; });
    return { find, starts, rows: members, counts };
  });
}

/** The least outcome whose share of forest weight at or below is at least the quantile. */
function quantilesOf(
  binning: Binning, trees: readonly TreeMembers[], { y, weight }: Training, sorted: Int32Array, x: Features, asked: readonly number[],
): Float64Array[] {
  const { bins, features } = binnedRows(binning, x.columns, null);
  const answers = asked.map(() => new Float64Array(x.n));
  const alike = new Float64Array(y.length);
  for (let row = 0; row < x.n; row++) {
    alike.fill(0);
    let total = 0;
    for (const { find, starts, rows, counts } of trees) {
      const leaf = find(bins, row * features);
      if (!(counts[leaf]! > 0)) continue;
      total += 1;
      for (let i = starts[leaf]!; i < starts[leaf + 1]!; i++) alike[rows[i]!]! += (weight ? weight[rows[i]!]! : 1) / counts[leaf]!;
    }
    asked.forEach((quantile, k) => { answers[k]![row] = weightedQuantileOf(y, sorted, alike, quantile * total); });
  }
  return answers;
}

/** Rounding of a sum of weights. */
const ROUNDING = 1e-12;

function weightedQuantileOf(y: Float64Array, sorted: Int32Array, alike: Float64Array, target: number): number {
  let below = 0;
  let last = NaN;
  for (const row of sorted) {
    if (alike[row] === 0) continue;
    below += alike[row]!;
    last = y[row]!;
    if (below >= target * (1 - ROUNDING)) break;
  }
  return last;
}
