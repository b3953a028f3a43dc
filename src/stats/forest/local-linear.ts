import { errorsOfBags } from './bag-variance.js';
import type { GrownForest } from './forest-weights.js';
import { memberedTrees, type MemberedTree } from './leaf-members.js';
import { invertPositive } from './positive-definite.js';

/** What is regressed among a unit's neighbours: y on the columns, or on the treatment and its products with the columns. */
export interface LocalModel {
  readonly forest: GrownForest;
  /** shape (n) */
  readonly y: Float64Array;
  /** treatment residuals, shape (n); null: the level of y is estimated, not the slope on the treatment */
  readonly w: Float64Array | null;
  /** columns that enter linearly, complete, shape (k)(n) */
  readonly x: readonly Float64Array[];
}

/** Units to predict; `isOwn`: the forest's own rows, by the trees that did not draw them. */
export interface LocalUnits {
  /** row-major, shape (units, features) */
  readonly bins: Uint8Array;
  /** the model's columns for these units */
  readonly x: readonly Float64Array[];
  readonly isOwn: boolean;
}

/** shape (units); variances only of new units and in bags of two */
export interface LocalEstimates { readonly estimates: Float64Array; readonly variances: Float64Array | null }

/** An estimate at one unit; its variance is 0 where there is none. */
export interface LocalEstimate { readonly estimate: number; readonly variance: number }

/** Solves at one unit, once a penalty; null where its neighbours do not identify it. */
export type LocalSolver = (units: LocalUnits, unit: number, penalties: readonly number[]) => readonly LocalEstimate[] | null;

/**
 * Ridge regressions with forest weights at each unit, on the distance of its neighbours to it: what the average in a leaf misses because effects slope.
 *
 * A slope's penalty is a share of its column's weighted sum of squares, so that units of measurement do not matter; the level and the effect at the unit
 * are not penalised. Variances are those of little bags, of each tree's influence on the solution.
 * Memory: two bytes a row and tree.
 * @param penalties one prediction each; Infinity is the forest without a correction
 * @returns one an entry of `penalties`; null at the first unit whose neighbours do not identify it
 * @see Friedberg, Tibshirani, Athey, Wager (2021), Journal of Computational and Graphical Statistics 30(2)
 */
export function localLinear(model: LocalModel, units: LocalUnits, penalties: readonly number[], only?: Int32Array): readonly LocalEstimates[] | null {
  const solve = localSolver(model);
  const rows = only ?? Int32Array.from({ length: units.bins.length / model.forest.rows.features }, (_, unit) => unit);
  const results = penalties.map(() => ({ estimates: new Float64Array(rows.length), variances: hasVariance(model, units) ? new Float64Array(rows.length) : null }));
  for (const [place, unit] of rows.entries()) {
    const solved = solve(units, unit, penalties);
    if (!solved) return null;
    solved.forEach(({ estimate, variance }, k) => {
      results[k]!.estimates[place] = estimate;
      if (results[k]!.variances) results[k]!.variances[place] = variance;
    });
  }
  return results;
}

/** `localLinear` for units as they come: the leaves' rows are drawn once. */
export function localSolver(model: LocalModel): LocalSolver {
  const { forest } = model;
  const trees = [...memberedTrees(forest.rows, forest.plan, forest.trees)];
  const weights = new Float64Array(forest.rows.rows);
  return (units, unit, penalties) => {
    const neighbours = neighboursOf(forest, trees, units, unit, weights);
    const design = designAt(model, units.x.map((column) => column[unit]!));
    const moments = momentsOf(model, neighbours, design, weights);
    const found = penalties.map((penalty) => {
      const solved = solve(moments, penalty);
      return solved && { estimate: solved.estimate, variance: hasVariance(model, units) ? varianceOf(model, trees, neighbours, design, solved) : 0 };
    });
    for (const row of neighbours.rows) weights[row] = 0;
    return found.every((estimate) => estimate !== null) ? found : null;
  };
}

const hasVariance = ({ forest }: LocalModel, { isOwn }: LocalUnits): boolean => !isOwn && forest.plan.bagTrees === 2;

interface Neighbours {
  readonly rows: readonly number[];
  /** the unit's leaf in each tree, -1 in those that drew it */
  readonly leaves: Int32Array;
  readonly total: number;
}

/** Adds what each tree gives a row to `weights`, which sum to `total`. */
function neighboursOf({ rows, plan }: GrownForest, trees: readonly MemberedTree[], { bins, isOwn }: LocalUnits, unit: number, weights: Float64Array): Neighbours {
  const found: number[] = [];
  let total = 0;
  const leaves = Int32Array.from(trees, ({ find, starts, members, role }) => {
    if (isOwn && role[rows.clusters ? rows.clusters.codes[unit]! : unit] !== 0) return -1;
    const leaf = find(bins, unit * rows.features);
    const share = 1 / (starts[leaf + 1]! - starts[leaf]!);
    for (let i = starts[leaf]!; i < starts[leaf + 1]!; i++) {
      const row = members[i]!;
      const weight = share * plan.weight[row]!;
      if (!(weight > 0)) continue;
      if (weights[row] === 0) found.push(row);
      weights[row]! += weight;
      total += weight;
    }
    return leaf;
  });
  return { rows: found, leaves, total };
}

/** Fills the regressors of a row: 1 and distances; with a treatment the same times it, after those. */
type Design = (row: number, into: Float64Array) => void;

function designAt({ x, w }: LocalModel, at: readonly number[]): Design {
  const half = x.length + 1;
  return (row, into) => {
    into[0] = 1;
    for (let j = 1; j < half; j++) into[j] = x[j - 1]![row]! - at[j - 1]!;
    if (w) for (let j = 0; j < half; j++) into[half + j] = into[j]! * w[row]!;
  };
}

/** Weighted second moments of the regressors, shape (size, size), and with y; `target` is the coefficient that is asked for. */
interface LocalMoments { readonly size: number; readonly target: number; readonly squares: Float64Array; readonly products: Float64Array }

function momentsOf({ y, w, x }: LocalModel, { rows, total }: Neighbours, design: Design, weights: Float64Array): LocalMoments {
  const half = x.length + 1;
  const size = w ? 2 * half : half;
  const squares = new Float64Array(size * size);
  const products = new Float64Array(size);
  const regressors = new Float64Array(size);
  for (const row of rows) {
    design(row, regressors);
    const weight = weights[row]! / total;
    for (let a = 0; a < size; a++) {
      const weighted = weight * regressors[a]!;
      products[a]! += weighted * y[row]!;
      for (let b = 0; b <= a; b++) squares[a * size + b]! += weighted * regressors[b]!;
    }
  }
  for (let a = 0; a < size; a++) for (let b = 0; b < a; b++) squares[b * size + a] = squares[a * size + b]!;
  return { size, target: w ? half : 0, squares, products };
}

interface Solved { readonly estimate: number; readonly coefficients: Float64Array; /** row of the inverse that belongs to the estimate */ readonly leverage: Float64Array }

function solve({ size, target, squares, products }: LocalMoments, penalty: number): Solved | null {
  const matrix = squares.slice();
  const isSlope = (a: number) => a !== 0 && a !== target;
  for (let a = 0; a < size; a++) {
    if (!isSlope(a)) continue;
    // a column without variation, or an infinite penalty, has no slope
    const isOut = penalty === Infinity || !(squares[a * size + a]! > 0);
    if (isOut) for (let b = 0; b < size; b++) matrix[a * size + b] = matrix[b * size + a] = 0;
    matrix[a * size + a]! = isOut ? 1 : (1 + penalty) * squares[a * size + a]!;
  }
  const inverse = invertPositive(matrix, size);
  if (!inverse) return null;
  const coefficients = new Float64Array(size);
  for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) coefficients[a]! += inverse[a * size + b]! * products[b]!;
  if (penalty === Infinity) coefficients.forEach((_, a) => { if (isSlope(a)) coefficients[a] = 0; });
  return { estimate: coefficients[target]!, coefficients, leverage: inverse.slice(target * size, (target + 1) * size) };
}

/** Between-bag variance of the trees' influence on the estimate; about its mean, which the penalty moves off zero. */
function varianceOf({ forest, y }: LocalModel, trees: readonly MemberedTree[], { leaves, total }: Neighbours, design: Design, { coefficients, leverage }: Solved): number {
  const regressors = new Float64Array(coefficients.length);
  const influence = new Map<number, number>();
  const influenceOf = (row: number): number => {
    const known = influence.get(row);
    if (known !== undefined) return known;
    design(row, regressors);
    let residual = y[row]!;
    let lever = 0;
    for (let a = 0; a < coefficients.length; a++) {
      residual -= coefficients[a]! * regressors[a]!;
      lever += leverage[a]! * regressors[a]!;
    }
    influence.set(row, forest.plan.weight[row]! * lever * residual);
    return influence.get(row)!;
  };
  const ofTree = (tree: number): number => {
    const { starts, members } = trees[tree]!;
    const [from, to] = [starts[leaves[tree]!]!, starts[leaves[tree]! + 1]!];
    let sum = 0;
    for (let i = from; i < to; i++) sum += influenceOf(members[i]!);
    return (sum / (to - from)) * (trees.length / total);
  };
  const bags = trees.length / 2;
  let mean = 0;
  let between = 0;
  let noise = 0;
  for (let bag = 0; bag < bags; bag++) {
    const [first, second] = [ofTree(2 * bag), ofTree(2 * bag + 1)];
    mean += (first + second) / 2 / bags;
    between += ((first + second) / 2) ** 2 / bags;
    noise += ((first - second) / 2) ** 2 / bags;
  }
  return errorsOfBags(Math.max(0, between - mean ** 2), noise, bags).variance;
}
