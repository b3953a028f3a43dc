import { planFolds } from '../learners/folds.js';
import { sumOfMeans, type SumOfMeans } from '../forest/sum-of-means.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { PolicyConstraint } from './constraint.js';
import { learnPolicy, type PolicyTask } from './learn-policy.js';
import type { PolicyEngine, PolicySearchOptions } from './policy-engine.js';
import { actionOf } from './policy-tree.js';

export interface HeldOutUnits {
  readonly rewards: Float64Array;
  readonly actions: number;
  /** sample weights, shape (n) */
  readonly weight: Float64Array;
  /** units of a cluster count as one for errors, shape (n) */
  readonly cluster: Int32Array | null;
}

export interface PolicyValue extends SumOfMeans {
  /** independent groups behind the error: clusters, or units */
  readonly groups: number;
}

/**
 * Mean reward of the actions chosen, E[Gamma(pi(X))], by rewards that are doubly robust scores: valid for a policy that was not learned from
 * the unit's own reward.
 * @param chosen action of each unit, shape (n); `against` an action, or actions, to take the difference from
 * @see Athey, Wager (2021), Econometrica 89(1)
 */
export function policyValue({ rewards, actions, weight, cluster }: HeldOutUnits, chosen: Int32Array, against?: Int32Array | number): PolicyValue | Refusal {
  const rewardOf = (unit: number, action: number) => rewards[unit * actions + action]!;
  const value = Float64Array.from(chosen, (action, unit) => rewardOf(unit, action)
    - (against === undefined ? 0 : rewardOf(unit, typeof against === 'number' ? against : against[unit]!)));
  const groups = { codes: cluster, count: cluster ? new Set(cluster).size : chosen.length };
  const found = sumOfMeans([{ weight, value }], groups);
  return isRefusal(found) ? found : { ...found, groups: groups.count };
}

export interface CrossFittedPolicy {
  /** action of each unit by a tree that was learned without its fold, shape (n) */
  readonly chosen: Int32Array;
}

/**
 * Chooses an action for every unit by a tree that was learned on the other folds, so that the value of what is chosen is not flattered.
 * Constraints are those of the whole, in proportion to the units that learn.
 */
export async function crossFittedPolicy(
  engine: PolicyEngine, task: PolicyTask, folds: number, cluster: Int32Array | null, seed: number, options: PolicySearchOptions = {},
): Promise<CrossFittedPolicy | Refusal> {
  const n = task.rewards.length / task.actions;
  const plan = planFolds(n, { folds, ...(cluster && { cluster }) }, seed);
  if (isRefusal(plan)) return plan;
  const chosen = new Int32Array(n);
  for (const [k, { train, test }] of plan.splits.entries()) {
    const learned = await learnPolicy(engine, among(task, train), options);
    if (isRefusal(learned)) return refuse(learned.reason, `fold ${k + 1} of ${folds}: ${learned.detail}`, learned.remedy);
    for (const unit of test) chosen[unit] = actionOf(learned.tree, (feature) => task.columns[feature]![unit]!);
  }
  return { chosen };
}

function among(task: PolicyTask, rows: Int32Array): PolicyTask {
  const n = task.rewards.length / task.actions;
  const rowsOf = (matrix: Float64Array) => Float64Array.from({ length: rows.length * task.actions }, (_, i) => matrix[rows[Math.floor(i / task.actions)]! * task.actions + (i % task.actions)]!);
  const share = rows.length / n;
  const scaled = (constraint: PolicyConstraint): PolicyConstraint => ({ ...constraint, costs: rowsOf(constraint.costs), atMost: constraint.atMost * share });
  return { ...task, columns: task.columns.map((column) => Float64Array.from(rows, (row) => column[row]!)), rewards: rowsOf(task.rewards), constraints: task.constraints.map(scaled) };
}
