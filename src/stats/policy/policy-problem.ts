import { refuse, type Refusal } from '../refusal.js';
import { exactScores } from './exact-scores.js';

/** What a policy tree is learned from: columns by their levels, and the reward of each action for each unit in whole numbers. */
export interface PolicyProblem {
  /** units */
  readonly n: number;
  readonly actions: number;
  /** rewards in whole numbers of `step`, shape (n, actions) row-major */
  readonly scores: Float64Array;
  readonly step: number;
  readonly features: readonly OrderedFeature[];
  /** units that a leaf has at least */
  readonly minLeaf: number;
  /** which units of the whole these are, shape (n); absent: all, in order */
  readonly units?: Int32Array;
}

/** A column by the rank of its distinct values. */
export interface OrderedFeature {
  /** index among the columns of the whole */
  readonly feature: number;
  /** distinct values, ascending */
  readonly values: Float64Array;
  /** rank of each unit's value, shape (n) */
  readonly levels: Int32Array;
  /** units by ascending level, shape (n) */
  readonly order: Int32Array;
}

/**
 * Ranks the columns and rounds the scores.
 * @param columns one a feature, shape (n)
 * @param scores reward of each action for each unit, such as doubly robust scores, shape (n, actions) row-major; weights are multiplied in
 */
export function policyProblem(columns: readonly Float64Array[], scores: Float64Array, actions: number, minLeaf = 1): PolicyProblem | Refusal {
  const n = scores.length / actions;
  if (actions < 2) return refuse('unsupported_combination', `a policy chooses between at least 2 actions; got ${actions}`, 'Give the reward of every action, doing nothing among them.');
  if (n < 2 * minLeaf) return refuse('too_few_units', `a policy tree needs at least ${2 * minLeaf} units, two leaves of ${minLeaf}; got ${n}`, 'Collect more units, or allow smaller leaves.');
  if (!Number.isFinite(scores.reduce((sum, score) => sum + Math.abs(score), 0))) return refuse('not_finite', 'rewards of a policy and their sum must be finite', 'Leave out the units without a reward, or rescale them.');
  const missing = columns.findIndex((column) => column.some(Number.isNaN));
  if (missing >= 0) return refuse('not_finite', `feature ${missing} of a policy tree has missing values, and a threshold cannot send them anywhere`, 'Fill them, or add a column that says that the value is missing.');
  const { values, step } = exactScores(scores, actions);
  return { n, actions, scores: values, step, minLeaf, features: columns.map((column, feature) => orderedFeature(column, feature)) };
}

function orderedFeature(column: Float64Array, feature: number): OrderedFeature {
  const values = Float64Array.from(new Set(column)).sort();
  const rank = new Map([...values].map((value, level) => [value, level]));
  const levels = Int32Array.from(column, (value) => rank.get(value)!);
  return { feature, values, levels, order: byLevel(levels, values.length) };
}

/** Counting sort: units by ascending level, and by index within one. */
function byLevel(levels: Int32Array, count: number): Int32Array {
  const next = new Int32Array(count + 1);
  for (const level of levels) next[level + 1]!++;
  for (let level = 0; level < count; level++) next[level + 1]! += next[level]!;
  const order = new Int32Array(levels.length);
  levels.forEach((level, unit) => { order[next[level]!++] = unit; });
  return order;
}

/** The same problem for some of its units, with the levels that they have. @param keep 1 for a unit that stays, shape (n) */
export function restrict(problem: PolicyProblem, keep: Uint8Array): PolicyProblem {
  const { actions, scores } = problem;
  const kept = Int32Array.from({ length: problem.n }, (_, unit) => unit).filter((unit) => keep[unit] === 1);
  const place = new Int32Array(problem.n).fill(-1);
  kept.forEach((unit, i) => { place[unit] = i; });
  return {
    ...problem,
    n: kept.length,
    units: kept.map((unit) => problem.units?.[unit] ?? unit),
    scores: Float64Array.from({ length: kept.length * actions }, (_, i) => scores[kept[Math.floor(i / actions)]! * actions + (i % actions)]!),
    features: problem.features.map((feature) => restrictFeature(feature, place, kept.length)),
  };
}

function restrictFeature({ feature, values, levels, order }: OrderedFeature, place: Int32Array, n: number): OrderedFeature {
  const newOrder = new Int32Array(n);
  const newLevels = new Int32Array(n);
  const newValues: number[] = [];
  let last = -1;
  let at = 0;
  for (const unit of order) {
    const i = place[unit]!;
    if (i < 0) continue;
    if (levels[unit]! !== last) {
      last = levels[unit]!;
      newValues.push(values[last]!);
    }
    newLevels[i] = newValues.length - 1;
    newOrder[at++] = i;
  }
  return { feature, values: Float64Array.from(newValues), levels: newLevels, order: newOrder };
}

/** Units whose level is at most `level`, and the others. */
export function partition(problem: PolicyProblem, { levels }: OrderedFeature, level: number): { readonly left: PolicyProblem; readonly right: PolicyProblem } {
  const goesLeft = Uint8Array.from(levels, (own) => (own <= level ? 1 : 0));
  return { left: restrict(problem, goesLeft), right: restrict(problem, goesLeft.map((left) => 1 - left)) };
}

/** Sum of the scores of each action, shape (actions). */
export function totalsOf({ n, actions, scores }: PolicyProblem): Float64Array {
  const totals = new Float64Array(actions);
  for (let unit = 0; unit < n; unit++) for (let action = 0; action < actions; action++) totals[action]! += scores[unit * actions + action]!;
  return totals;
}

/** What every unit's own best action adds up to: no policy is worth more. */
export function largestPossible({ n, actions, scores }: PolicyProblem): number {
  let total = 0;
  for (let unit = 0; unit < n; unit++) total += Math.max(...scores.subarray(unit * actions, (unit + 1) * actions));
  return total;
}

/** The same units and columns with other rewards, shape (n, actions). */
export function rescored(problem: PolicyProblem, scores: Float64Array): PolicyProblem {
  const { values, step } = exactScores(scores, problem.actions);
  return { ...problem, scores: values, step };
}
