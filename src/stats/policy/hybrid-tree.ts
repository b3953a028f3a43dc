import { bestOfDepthTwo } from './depth-two.js';
import type { PolicyEngine, PolicySearchOptions } from './policy-engine.js';
import { partition, type PolicyProblem } from './policy-problem.js';
import type { PolicyTree } from './policy-tree.js';

/**
 * A deeper tree, greedy with foresight: each first split is that of the best tree of depth two, and its sides are searched likewise.
 *
 * Not the best tree of its depth in general; at depth two it is.
 * @see Sverdrup et al. (2020), JOSS 5(50), for the idea
 */
export async function hybridTree(engine: PolicyEngine, problem: PolicyProblem, depth: number, options: PolicySearchOptions = {}): Promise<PolicyTree> {
  const ahead = await bestOfDepthTwo(engine, problem, options);
  if (depth <= 2 || ahead.kind === 'leaf') return ahead;
  const feature = problem.features[ahead.feature]!;
  const sides = partition(problem, feature, feature.values.indexOf(ahead.threshold));
  const left = await hybridTree(engine, sides.left, depth - 1, options);
  const right = await hybridTree(engine, sides.right, depth - 1, options);
  return { ...ahead, value: left.value + right.value, left, right };
}
