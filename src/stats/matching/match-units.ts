import { isUsable, notFinite } from '../effects/lift.js';
import type { Target } from '../observational/balance.js';
import type { PropensityModel } from '../observational/propensity-model.js';
import { refuse, type Refusal } from '../refusal.js';
import { estimatedPropensityTerm } from './estimated-propensity.js';
import { commonNoise, matchedDifferences, matchedVariance, neighbourNoise, pairedVariance } from './matched-effect.js';
import { nearestUnits, squaredDistances, type Nearness } from './nearest-units.js';
import { pairsWithoutReplacement, type GreedyOrder } from './pairs-without-replacement.js';

export interface MatchingTask {
  readonly y: Float64Array;
  readonly d: Float64Array;
  /** where units are, shape (k)(n) */
  readonly points: readonly Float64Array[];
  /** by covariates alone, where an estimated propensity is matched on, shape (k)(n) */
  readonly covariatePoints: readonly Float64Array[];
  /** codes that must agree, shape (n) */
  readonly stratum: Int32Array;
  readonly target: Target;
  readonly nearness: Nearness;
  /** null: with replacement */
  readonly order: GreedyOrder | null;
  readonly propensity: PropensityModel | null;
  /** shape (k)(n); null: outcomes are not adjusted */
  readonly adjustBy: readonly Float64Array[] | null;
  /** units of the own arm behind each unit's noise; 0: one variance for all */
  readonly neighbours: number;
  /** whether errors allow for the propensity having been estimated */
  readonly isEstimated: boolean;
}

export interface MatchedEffect {
  readonly estimate: number;
  readonly standardError: number;
  /** 1 for a matched unit of the target plus how often a unit is a match, 0 for units left out; shape (n) */
  readonly weights: Float64Array;
  /** units of the target, and those of them that have a match */
  readonly asked: number;
  readonly matched: number;
  /** largest use of one unit, in whole matches of others */
  readonly mostUsed: number;
  /** root mean square and largest distance of a unit and its farthest match */
  readonly distance: { readonly typical: number; readonly largest: number };
}

/** Distances of one coordinate that may be asked for: beyond it a request would run for minutes. */
const MOST_DISTANCES = 2e10;
/** Units of each arm behind a local covariance, as Abadie and Imbens have it. */
const LOCAL_UNITS = 2;
/** An error that rounding alone can make. */
const SMALLEST_ERROR = 1e-12;

/**
 * Average effect by nearest-neighbour matching.
 *
 * Refuses when fewer than two units of the target find a match, more distances than can be computed in a request, and outcomes that do not vary.
 */
export function matchUnits(task: MatchingTask): MatchedEffect | Refusal {
  const { y, d, points, stratum, target, nearness, order, propensity } = task;
  const all = Int32Array.from(y.keys());
  const [controls, treated] = [all.filter((row) => d[row] === 0), all.filter((row) => d[row] === 1)];
  const tooMany = checkSize(task, controls.length, treated.length);
  if (tooMany) return tooMany;
  const found = (from: Int32Array, to: Int32Array) => (order
    ? pairsWithoutReplacement(points, from, to, stratum, { ...nearness, order, propensity: propensity?.propensity ?? null }) : nearestUnits(points, from, to, stratum, nearness));
  const matches: Int32Array[] = Array.from(y, () => new Int32Array(0));
  for (const [arm, from, to] of [['control', treated, controls], ['treated', controls, treated]] as const) {
    if (target === arm) continue;
    found(from, to).forEach((list, i) => { matches[from[i]!] = list; });
  }
  const differences = matchedDifferences({ y, d, matches }, task.adjustBy);
  const { estimate, rows, used } = differences;
  const asked = target === 'all' ? y.length : target === 'treated' ? treated.length : controls.length;
  if (rows.length < 2) {
    return refuse('no_overlap', `matching found a match for ${rows.length} of ${asked} units`, 'Widen the caliper, match fewer columns exactly, or compare units that are more alike.');
  }
  const variance = order ? pairedVariance({ y, d, matches }, differences, task.adjustBy)
    : matchedVariance(differences, noiseOf(task, differences, matches, controls, treated), target) + estimationTerm(task, estimate, controls, treated);
  if (!isUsable(estimate) || !isUsable(variance)) return notFinite('matching');
  if (variance <= 0 && task.isEstimated) {
    return refuse('too_few_units', 'matching has too few units to say what the estimation of propensities does to its error', 'Collect more units, or set allowForEstimation to false, which mostly overstates the error.');
  }
  const standardError = Math.sqrt(variance);
  const spread = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0) / y.length);
  if (!(standardError > SMALLEST_ERROR * spread)) return refuse('zero_variance', 'matching needs outcomes that vary between matched units; none do', 'Check that the outcome is recorded, and not a copy of the treatment.');
  const weights = used.map((value, row) => value + (matches[row]!.length > 0 ? 1 : 0));
  const farthest = Float64Array.from(rows, (row) => squaredDistances(points, row, matches[row]!).reduce((most, square) => Math.max(most, square), 0));
  return {
    estimate, standardError, weights, asked, matched: rows.length, mostUsed: used.reduce((most, value) => Math.max(most, value), 0),
    distance: { typical: Math.sqrt(farthest.reduce((sum, square) => sum + square / rows.length, 0)), largest: Math.sqrt(farthest.reduce((most, square) => Math.max(most, square), 0)) },
  };
}

function checkSize({ points, covariatePoints, nearness, order, isEstimated, y }: MatchingTask, controls: number, treated: number): Refusal | null {
  const isOnLine = points.length <= 1 && !order;
  const distances = (isOnLine ? 0 : controls * treated * Math.max(1, points.length) * (order ? 2 * nearness.ratio : 2) + (controls ** 2 + treated ** 2) * points.length)
    + (isEstimated ? y.length * Math.max(controls, treated) * covariatePoints.length : 0);
  return distances > MOST_DISTANCES ? refuse('unsupported_combination', `matching of ${treated} treated and ${controls} control units compares too many pairs`,
    'Match on a known propensity with replacement, name exact columns and match each part, or use inverse_propensity or irm.') : null;
}

type Differences = ReturnType<typeof matchedDifferences>;

function noiseOf({ y, d, points, neighbours, propensity }: MatchingTask, differences: Differences, matches: readonly Int32Array[], controls: Int32Array, treated: Int32Array): Float64Array {
  if (neighbours === 0) return commonNoise({ y, d, matches }, differences);
  const near: Int32Array[] = Array.from(y, () => new Int32Array(0));
  for (const arm of [controls, treated]) {
    const used = arm.filter((row) => differences.used[row]! > 0);
    nearestUnits(points, used, arm, new Int32Array(y.length), { ratio: neighbours + 1, caliper: null, tieTolerance: 0 })
      .forEach((list, i) => { near[used[i]!] = list; });
  }
  const { models } = differences;
  // units of one propensity differ in covariates: of adjusted outcomes only what the model leaves is noise
  return neighbourNoise(models && propensity ? y.map((value, row) => value - (d[row] === 1 ? models.treated[row]! : models.control[row]!)) : y, near);
}

function estimationTerm({ y, d, points, covariatePoints, propensity, target, isEstimated }: MatchingTask, estimate: number, controls: Int32Array, treated: Int32Array): number {
  if (!isEstimated || !propensity?.logit) return 0;
  const all = Int32Array.from(y.keys());
  const anywhere = new Int32Array(y.length);
  const near = (of: readonly Float64Array[], from: Int32Array, to: Int32Array, ratio: number) => nearestUnits(of, from, to, anywhere, { ratio, caliper: null, tieTolerance: 0 });
  const across = (of: readonly Float64Array[]) => {
    const list: Int32Array[] = new Array<Int32Array>(y.length);
    near(of, treated, controls, 1).forEach((found, i) => { list[treated[i]!] = found; });
    near(of, controls, treated, 1).forEach((found, i) => { list[controls[i]!] = found; });
    return list;
  };
  return estimatedPropensityTerm({
    y, d, propensity: propensity.propensity, control: near(points, all, controls, LOCAL_UNITS), treated: near(points, all, treated, LOCAL_UNITS),
    byPropensity: across(points), byCovariates: target === 'all' ? [] : across(covariatePoints),
  }, propensity.logit, target, estimate);
}
