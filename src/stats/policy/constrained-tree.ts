import { refuse, type Refusal } from '../refusal.js';
import { costsOf, isWithin } from './constraint.js';
import { exactTree } from './exact-tree.js';
import { boundOf, priced, relax, type ConstrainedRewards, type Feasible, type Relaxation } from './lagrangian.js';
import type { PolicyEngine, PolicySearchOptions } from './policy-engine.js';
import { partition, type OrderedFeature, type PolicyProblem } from './policy-problem.js';
import type { PolicyTree } from './policy-tree.js';
import { bestStump } from './shallow-trees.js';
import { sideOptions, type SideOption } from './side-options.js';

export interface ConstrainedSearch {
  readonly tree: PolicyTree;
  /** how much more the best tree within the constraints could be worth at most, in units of the score; 0: none is better */
  readonly gap: number;
}

/** Pairs of stumps that are looked at before the search ends with a gap. */
const PAIR_LIMIT = 50_000_000;
/** First splits whose sides are listed before the search ends with a gap. */
const ROOT_LIMIT = 20_000;

/**
 * The tree of largest reward among those within the constraints.
 *
 * Lagrangian relaxation gives a bound and often the answer. Depths one and two are then searched to the end: a first split is opened only
 * if its bound is above the best tree known, and there all pairs of stumps that could beat it are tried. Depth three keeps the best tree that
 * the relaxation met and states the gap.
 */
export async function constrainedTree(
  engine: PolicyEngine, given: ConstrainedRewards, depth: 1 | 2 | 3, options: PolicySearchOptions = {},
): Promise<ConstrainedSearch | Refusal> {
  const { problem } = given;
  const relaxation = await relax(given, (pricedProblem) => exactTree(engine, pricedProblem, depth, options), constantPolicy(given));
  const searched = depth === 3 ? { best: relaxation.best, bound: relaxation.bound }
    : depth === 1 ? searchStumps(given, relaxation) : await searchPairs(engine, given, relaxation, options);
  if (!searched.best) {
    return refuse('unsupported_combination', `no tree of depth ${depth} with leaves of ${problem.minLeaf} units is within the constraints (${given.constraints.map(({ name }) => name).join(', ')})`,
      'Relax the constraints, or allow smaller leaves.');
  }
  return { tree: searched.best.tree, gap: Math.max(0, searched.bound - searched.best.reward) };
}

interface Searched { readonly best: Feasible | null; readonly bound: number }

/** The best single action within the constraints, where the search starts from. */
function constantPolicy({ problem: { n, actions }, rewards, constraints }: ConstrainedRewards): Feasible | null {
  let best: Feasible | null = null;
  for (let action = 0; action < actions; action++) {
    const chosen = new Int32Array(n).fill(action);
    const reward = chosen.reduce((sum, _, unit) => sum + rewards[unit * actions + action]!, 0);
    if (isWithin(constraints, costsOf(constraints, actions, chosen)) && reward > (best?.reward ?? -Infinity)) best = { reward, tree: { kind: 'leaf', action, n, value: 0 } };
  }
  return best;
}

function searchStumps(given: ConstrainedRewards, { best }: Relaxation): Searched {
  for (const option of sideOptions(given.problem, given, -Infinity)) {
    if (option.reward > (best?.reward ?? -Infinity) && isWithin(given.constraints, option.costs)) best = { tree: option.tree, reward: option.reward };
  }
  return { best, bound: best?.reward ?? -Infinity };
}

interface Root { readonly feature: OrderedFeature; readonly level: number; readonly bound: number }

async function searchPairs(engine: PolicyEngine, given: ConstrainedRewards, relaxation: Relaxation, options: PolicySearchOptions): Promise<Searched> {
  const { multipliers } = relaxation;
  const pricedProblem = priced(given, multipliers);
  const rootValues = await engine.rootValues(pricedProblem, options);
  const roots: Root[] = pricedProblem.features.flatMap((feature, index) => [...rootValues[index]!]
    .map((value, level) => ({ feature, level, bound: boundOf(given, pricedProblem, value, multipliers) })))
    .filter(({ bound }) => bound > (relaxation.best?.reward ?? -Infinity))
    .sort((one, other) => other.bound - one.bound);
  let { best } = relaxation;
  let pairs = 0;
  for (const [tried, { feature, level, bound }] of roots.entries()) {
    options.signal?.throwIfAborted();
    if (best && bound <= best.reward) return { best, bound: best.reward };
    if (tried >= ROOT_LIMIT) return { best, bound };
    const found = bestPair(given, pricedProblem, multipliers, { feature, level, bound }, best, PAIR_LIMIT - pairs);
    best = found.best;
    pairs += found.pairs;
    if (pairs > PAIR_LIMIT) return { best, bound };
  }
  return { best, bound: best?.reward ?? -Infinity };
}

/** The best pair of stumps below one first split that beats what is known; ends early when it looked at more than `limit`. */
function bestPair(
  given: ConstrainedRewards, pricedProblem: PolicyProblem, multipliers: Float64Array, { feature, level }: Root, known: Feasible | null, limit: number,
): { readonly best: Feasible | null; readonly pairs: number } {
  const { left, right } = partition(pricedProblem, feature, level);
  const floor = floorOf(given, pricedProblem, multipliers, known);
  const rights = sideOptions(right, given, floor - bestStump(left).value);
  let best = known;
  let pairs = 0;
  for (const one of sideOptions(left, given, floor - bestStump(right).value)) {
    const least = floorOf(given, pricedProblem, multipliers, best) - one.priced;
    for (const other of rights) {
      if (other.priced < least) break;
      if (++pairs > limit) return { best, pairs };
      const reward = one.reward + other.reward;
      if (reward <= (best?.reward ?? -Infinity) || !isWithin(given.constraints, one.costs.map((cost, k) => cost + other.costs[k]!))) continue;
      best = { reward, tree: joined(pricedProblem, feature, level, one, other) };
    }
  }
  return { best, pairs };
}

/** Priced worth, in whole numbers, below which a tree cannot beat what is known. */
function floorOf(given: ConstrainedRewards, pricedProblem: PolicyProblem, multipliers: Float64Array, known: Feasible | null): number {
  return known === null ? -Infinity : (known.reward - boundOf(given, pricedProblem, 0, multipliers)) / pricedProblem.step;
}

const joined = ({ n }: PolicyProblem, feature: OrderedFeature, level: number, left: SideOption, right: SideOption): PolicyTree =>
  ({ kind: 'split', feature: feature.feature, threshold: feature.values[level]!, n, value: 0, left: left.tree, right: right.tree });
