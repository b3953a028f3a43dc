import { costsOf, isWithin, type PolicyConstraint } from './constraint.js';
import type { PolicyProblem } from './policy-problem.js';
import { rescored } from './policy-problem.js';
import { assignedActions, type PolicySearch, type PolicyTree } from './policy-tree.js';

/** A tree within the constraints, with its reward in units of the score. */
export interface Feasible { readonly tree: PolicyTree; readonly reward: number }

/** What the relaxation came to: no tree within the constraints is worth more than `bound`. */
export interface Relaxation {
  readonly multipliers: Float64Array;
  readonly bound: number;
  /** the best tree within the constraints that was met; null: none was */
  readonly best: Feasible | null;
}

/** The constraints as a price on their costs: reward - sum of multiplier x cost, for each unit and action. */
export interface ConstrainedRewards {
  readonly problem: PolicyProblem;
  /** rewards in units of the score, shape (n, actions) */
  readonly rewards: Float64Array;
  readonly constraints: readonly PolicyConstraint[];
}

const ITERATIONS = 60;
/** The relaxation is as good as solved when bound and best differ by less than this share of the rewards' range. */
const CLOSE = 1e-12;

/** The problem with costs priced in. */
export const priced = ({ problem, rewards, constraints }: ConstrainedRewards, multipliers: Float64Array): PolicyProblem =>
  rescored(problem, rewards.map((reward, i) => constraints.reduce((left, { costs }, k) => left - multipliers[k]! * costs[i]!, reward)));

/** An upper bound on what any tree within the constraints is worth, from the value of the priced problem (in its whole numbers). */
export const boundOf = ({ constraints }: ConstrainedRewards, priced: PolicyProblem, value: number, multipliers: Float64Array): number =>
  (value + priced.n) * priced.step + constraints.reduce((sum, { atMost }, k) => sum + multipliers[k]! * atMost, 0);

/**
 * Lagrangian relaxation: the multipliers that make the bound low, by Polyak's subgradient steps towards the best tree met.
 * @param search solves the unconstrained problem; its gap widens the bound
 * @see Fisher (1981), Management Science 27(1)
 */
export async function relax(given: ConstrainedRewards, search: (problem: PolicyProblem) => Promise<PolicySearch>, start: Feasible | null): Promise<Relaxation> {
  const { constraints, rewards, problem } = given;
  let multipliers = new Float64Array(constraints.length);
  let lowest: Relaxation = { multipliers, bound: Infinity, best: start };
  let reach = 1;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const pricedProblem = priced(given, multipliers);
    const { tree, gap } = await search(pricedProblem);
    const chosen = assignedActions(tree, problem);
    const spent = costsOf(constraints, problem.actions, chosen);
    const reward = chosen.reduce((sum, action, unit) => sum + rewards[unit * problem.actions + action]!, 0);
    const best = isWithin(constraints, spent) && reward > (lowest.best?.reward ?? -Infinity) ? { tree, reward } : lowest.best;
    const bound = boundOf(given, pricedProblem, tree.value + gap, multipliers);
    reach = bound < lowest.bound ? reach : reach / 2;
    lowest = bound < lowest.bound ? { multipliers, bound, best } : { ...lowest, best };
    const slope = constraints.map(({ atMost }, k) => spent[k]! - atMost);
    const steepness = slope.reduce((sum, each, k) => sum + (multipliers[k]! > 0 || each > 0 ? each * each : 0), 0);
    const distance = bound - (best?.reward ?? worst(given));
    if (steepness === 0 || distance <= CLOSE * Math.abs(bound)) return lowest;
    multipliers = multipliers.map((multiplier, k) => Math.max(0, multiplier + (reach * distance * slope[k]!) / steepness));
  }
  return lowest;
}

/** What every unit's worst action adds up to: where steps head for while no tree within the constraints is known. */
function worst({ rewards, problem }: ConstrainedRewards): number {
  let total = 0;
  for (let unit = 0; unit < problem.n; unit++) total += Math.min(...rewards.subarray(unit * problem.actions, (unit + 1) * problem.actions));
  return total;
}
