import { isRefusal, type Refusal } from '../refusal.js';
import { constrainedTree } from './constrained-tree.js';
import type { PolicyConstraint } from './constraint.js';
import { exactTree } from './exact-tree.js';
import { hybridTree } from './hybrid-tree.js';
import type { PolicyEngine, PolicySearchOptions } from './policy-engine.js';
import { policyProblem } from './policy-problem.js';
import { pruned, withRewards, type PolicyTree } from './policy-tree.js';

export interface PolicyTask {
  /** one a feature, shape (n), finite */
  readonly columns: readonly Float64Array[];
  /** reward of each action for each unit, shape (n, actions) row-major */
  readonly rewards: Float64Array;
  readonly actions: number;
  /** splits from root to leaf, at most; above three the tree is greedy with foresight */
  readonly depth: number;
  readonly minLeaf: number;
  readonly constraints: readonly PolicyConstraint[];
}

export interface LearnedPolicy {
  /** values are sums of rewards, in units of the reward */
  readonly tree: PolicyTree;
  /** how much more the best tree of this depth could earn in all, at most; null where nothing is known: a greedy tree */
  readonly gap: number | null;
}

/** Depth up to which all trees are searched. */
export const EXACT_DEPTH = 3;

/** Learns the policy tree that earns most on these rewards, within the constraints. Refuses what none can satisfy. */
export async function learnPolicy(engine: PolicyEngine, task: PolicyTask, options: PolicySearchOptions = {}): Promise<LearnedPolicy | Refusal> {
  const { columns, rewards, actions, depth, constraints } = task;
  const problem = policyProblem(columns, rewards, actions, task.minLeaf);
  if (isRefusal(problem)) return problem;
  const inUnits = (tree: PolicyTree) => withRewards(pruned(tree), columns, rewards, actions);
  if (constraints.length > 0) {
    const found = await constrainedTree(engine, { problem, rewards, constraints }, Math.min(depth, EXACT_DEPTH) as 1 | 2 | 3, options);
    return isRefusal(found) ? found : { tree: inUnits(found.tree), gap: found.gap };
  }
  if (depth > EXACT_DEPTH) return { tree: inUnits(await hybridTree(engine, problem, depth, options)), gap: null };
  const { tree, gap } = await exactTree(engine, problem, depth as 0 | 1 | 2 | 3, options);
  return { tree: inUnits(tree), gap: gap * problem.step };
}
