import type { GrowthPlan } from './growth-plan.js';
import { memberedTrees } from './leaf-members.js';
import type { PackedTrees } from './packed-trees.js';
import type { DrawingPlan, DrawnRows } from './reference/sampling.js';

/** A grown forest of any kind, with the rows that it was grown from. */
export interface GrownForest {
  readonly rows: DrawnRows;
  readonly plan: DrawingPlan & Pick<GrowthPlan, 'weight'>;
  readonly trees: PackedTrees;
}

/**
 * Weights alpha_i(x) that the forest gives to its own rows at each unit: the average over trees of 1{i in the leaf of x} / rows in that leaf,
 * times the sample weight; each unit's sum to 1. Dense, shape (units, n): ask in batches when both are many.
 *
 * @param bins of new units, shape (units, features); null: the forest's own rows, by the trees that did not draw them
 * @see Athey, Tibshirani, Wager (2019), equation (3)
 */
export function forestWeights({ rows, plan, trees }: GrownForest, bins: Uint8Array | null): Float64Array {
  const n = rows.rows;
  const here = bins ?? rows.bins;
  const units = here.length / rows.features;
  const weights = new Float64Array(units * n);
  for (const { find, starts, members, role } of memberedTrees(rows, plan, trees)) {
    for (let unit = 0; unit < units; unit++) {
      if (!bins && role[rows.clusters ? rows.clusters.codes[unit]! : unit] !== 0) continue;
      const leaf = find(here, unit * rows.features);
      const share = 1 / (starts[leaf + 1]! - starts[leaf]!);
      for (let i = starts[leaf]!; i < starts[leaf + 1]!; i++) weights[unit * n + members[i]!]! += share * plan.weight[members[i]!]!;
    }
  }
  for (let unit = 0; unit < units; unit++) {
    const own = weights.subarray(unit * n, (unit + 1) * n);
    const total = own.reduce((sum, value) => sum + value, 0);
    if (total > 0) own.forEach((value, i) => { own[i] = value / total; });
  }
  return weights;
}

/**
 * Conditional quantiles by forest weights: the least y at which the weighted share of rows with less or as much reaches each probability.
 *
 * @param weights as `forestWeights` gives them; @param y outcome of the forest's rows, shape (n)
 * @returns one array a probability, shape (units), in units of y
 * @see Meinshausen (2006), Journal of Machine Learning Research 7
 */
export function weightedQuantiles(weights: Float64Array, y: Float64Array, probabilities: readonly number[]): readonly Float64Array[] {
  const outside = probabilities.find((probability) => !(probability > 0 && probability < 1));
  if (outside !== undefined) throw new RangeError(`weightedQuantiles needs probabilities in (0, 1); got ${outside}`);
  const n = y.length;
  const order = Int32Array.from(y.keys()).sort((a, b) => y[a]! - y[b]! || a - b);
  const units = weights.length / n;
  const quantiles = probabilities.map(() => new Float64Array(units));
  const ascending = [...probabilities.keys()].sort((a, b) => probabilities[a]! - probabilities[b]!);
  for (let unit = 0; unit < units; unit++) {
    let cumulative = 0;
    let at = -1;
    for (const k of ascending) {
      while (at < n - 1 && (at < 0 || cumulative < probabilities[k]! - SUM_ROUNDING)) cumulative += weights[unit * n + order[++at]!]!;
      quantiles[k]![unit] = y[order[at]!]!;
    }
  }
  return quantiles;
}

/** What a sum of weights may miss of a probability that it reaches exactly. */
const SUM_ROUNDING = 1e-12;

/** Shares of classes by forest weights: P(class | X) of each unit, one array a class, shape (units). */
export function weightedShares(weights: Float64Array, classes: Int32Array, count: number): readonly Float64Array[] {
  const n = classes.length;
  const shares = Array.from({ length: count }, () => new Float64Array(weights.length / n));
  weights.forEach((weight, at) => { shares[classes[at % n]!]![Math.floor(at / n)]! += weight; });
  return shares;
}
