import { leastSquares } from '../learners/linear/gaussian-path.js';
import { linearPredictor } from '../learners/linear/lambda-path.js';
import { solvePositive } from '../learners/linear/solve-positive.js';
import { weightedMoments } from '../learners/linear/weighted-moments.js';
import type { Target } from '../observational/balance.js';

/** Units with the matches of those that an effect is averaged over. */
export interface MatchedUnits {
  /** outcome, and 0 or 1, shape (n) */
  readonly y: Float64Array;
  readonly d: Float64Array;
  /** rows of the other arm, none for units outside of the target or without a match, shape (n) */
  readonly matches: readonly Int32Array[];
}

/** Differences of matched units from what their matches say. */
export interface MatchedDifferences {
  readonly estimate: number;
  /** units averaged over, and their treated less control outcomes, each other arm's a mean over matches; shape (rows) */
  readonly rows: Int32Array;
  readonly differences: Float64Array;
  /** times that a unit is counted as a match of others, in shares of their matches, and the same with squared shares; shape (n) */
  readonly used: Float64Array;
  readonly usedSquares: Float64Array;
  /** outcome that a linear model of the own arm explains, and the other arm's; null where outcomes are not adjusted */
  readonly models: { readonly control: Float64Array; readonly treated: Float64Array } | null;
}

/**
 * Mean difference of units and their matches. With columns, what remains between the covariates of a unit and its matches is taken out by least squares of the
 * matches' outcomes on them, each match counted as often as it is used.
 *
 * @param columns of the adjustment, shape (k)(n); null: none
 * @see Abadie, Imbens (2006), Econometrica 74(1); Abadie, Imbens (2011), J. Bus. Econ. Stat. 29(1)
 */
export function matchedDifferences({ y, d, matches }: MatchedUnits, columns: readonly Float64Array[] | null): MatchedDifferences {
  const used = new Float64Array(y.length);
  const usedSquares = new Float64Array(y.length);
  for (const list of matches) for (const row of list) {
    used[row]! += 1 / list.length;
    usedSquares[row]! += 1 / list.length ** 2;
  }
  const models = columns && {
    control: outcomeModel(y, columns, used.map((value, row) => (d[row] === 0 ? value : 0))),
    treated: outcomeModel(y, columns, used.map((value, row) => (d[row] === 1 ? value : 0))),
  };
  const rows = Int32Array.from(matches.keys()).filter((row) => matches[row]!.length > 0);
  const differences = Float64Array.from(rows, (row) => {
    const model = models?.[d[row] === 1 ? 'control' : 'treated'];
    const list = matches[row]!;
    const own = y[row]! - (model ? model[row]! : 0);
    const others = list.reduce((sum, match) => sum + y[match]! - (model ? model[match]! : 0), 0) / list.length;
    return d[row] === 1 ? own - others : others - own;
  });
  return { estimate: differences.reduce((sum, value) => sum + value / rows.length, 0), rows, differences, used, usedSquares, models };
}

/** Least squares of the outcome over weighted rows, at all rows; all 0 where nothing has weight. */
function outcomeModel(y: Float64Array, columns: readonly Float64Array[], weight: Float64Array): Float64Array {
  const rows = Int32Array.from(weight.keys()).filter((row) => weight[row]! > 0);
  if (rows.length === 0) return new Float64Array(y.length);
  return linearPredictor(leastSquares(weightedMoments([...columns, y], weight, rows)), columns, y.length);
}

/**
 * Variance of the mean difference: the spread of differences, and what matches that are used by several units add.
 *
 * @param noise conditional variance of each unit's outcome given where it is, shape (n)
 * @see Abadie, Imbens (2006), Econometrica 74(1), theorems 6 and 7
 */
export function matchedVariance({ estimate, rows, differences, used, usedSquares }: MatchedDifferences, noise: Float64Array, target: Target): number {
  const spread = differences.reduce((sum, value) => sum + (value - estimate) ** 2, 0);
  const reused = noise.reduce((sum, value, row) => (used[row]! > 0 ? sum + value * (used[row]! ** 2 - usedSquares[row]! + (target === 'all' ? 2 * used[row]! : 0)) : sum), 0);
  return (spread + reused) / rows.length ** 2;
}

/**
 * Variance of the mean difference of treated units and matches that nobody else has, by pairs (or sets): with adjusted outcomes it is that of the regression
 * of the matches, read at the treated units, clustered by pair.
 *
 * @param columns of the adjustment, shape (k)(n); null: none
 * @see Abadie, Spiess (2022), JASA 117(538)
 */
export function pairedVariance({ y, matches }: MatchedUnits, { estimate, rows, differences, used, models }: MatchedDifferences, columns: readonly Float64Array[] | null): number {
  const pull = models && columns ? adjustmentPull(rows, matches, used, columns) : null;
  const correction = rows.length / (rows.length - 1);
  return rows.reduce((sum, row, i) => {
    const moved = pull ? matches[row]!.reduce((total, match) => total + used[match]! * pull(match) * (y[match]! - models!.control[match]!), 0) : 0;
    return sum + correction * ((differences[i]! - estimate) / rows.length - moved) ** 2;
  }, 0);
}

/** What the residual of a match does to the mean difference through the slopes: gap' (sum of used x x')^-1 x, gap the mean covariates of units less those of matches. */
function adjustmentPull(rows: Int32Array, matches: readonly Int32Array[], used: Float64Array, columns: readonly Float64Array[]): (row: number) => number {
  const design = [new Float64Array(used.length).fill(1), ...columns];
  const k = design.length;
  const matrix = Float64Array.from({ length: k * k }, (_, at) => used.reduce((sum, value, row) => (value > 0 ? sum + value * design[Math.floor(at / k)]![row]! * design[at % k]![row]! : sum), 0));
  const gap = design.map((column) => rows.reduce((sum, row) => sum + (column[row]! - matches[row]!.reduce((total, match) => total + column[match]! / matches[row]!.length, 0)) / rows.length, 0));
  // columns that others determine among the matches have slope 0 here as in the adjustment
  const direction = solvePositive(matrix, Float64Array.from(gap));
  return (row) => direction.reduce((sum, value, a) => sum + value * design[a]![row]!, 0);
}

/** One variance for all units: half the mean squared distance of matched differences from their mean. @param models as in differences */
export function commonNoise({ y, d, matches }: MatchedUnits, { estimate, rows, models }: MatchedDifferences): Float64Array {
  let sum = 0;
  for (const row of rows) {
    const model = models?.[d[row] === 1 ? 'control' : 'treated'];
    const sign = d[row] === 1 ? 1 : -1;
    const list = matches[row]!;
    for (const match of list) {
      const difference = sign * (y[row]! - y[match]! - (model ? model[row]! - model[match]! : 0));
      sum += (difference - estimate) ** 2 / list.length;
    }
  }
  return new Float64Array(y.length).fill(sum / rows.length / 2);
}

/** Variance of outcomes among each unit and those of its own arm that are nearest to it; 0 without others. @param near the unit itself among them */
export function neighbourNoise(y: Float64Array, near: readonly Int32Array[]): Float64Array {
  return Float64Array.from(near, (list) => {
    if (list.length < 2) return 0;
    const mean = list.reduce((sum, row) => sum + y[row]! / list.length, 0);
    return list.reduce((sum, row) => sum + (y[row]! - mean) ** 2, 0) / (list.length - 1);
  });
}
