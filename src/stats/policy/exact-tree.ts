import { searchDeepTree, type DeepSearchLimits } from './deep-tree.js';
import { bestOfDepthTwo } from './depth-two.js';
import type { PolicyEngine, PolicySearchOptions } from './policy-engine.js';
import type { PolicyProblem } from './policy-problem.js';
import type { PolicySearch } from './policy-tree.js';
import { bestLeaf, bestStump } from './shallow-trees.js';

/**
 * The tree of at most `depth` splits from root to leaf with the largest total reward, over all trees.
 *
 * Of equals the one with fewer splits near the root, then the lowest feature and threshold; at depth three the first one met. Depth three
 * ends at the limits, and then states how far from the best it may be.
 * @see Zhou, Athey, Wager (2023), Operations Research 71(1); Sverdrup et al. (2020), JOSS 5(50)
 */
export async function exactTree(
  engine: PolicyEngine, problem: PolicyProblem, depth: 0 | 1 | 2 | 3, options: PolicySearchOptions & Partial<DeepSearchLimits> = {},
): Promise<PolicySearch> {
  switch (depth) {
    case 0: return { tree: bestLeaf(problem), gap: 0 };
    case 1: return { tree: bestStump(problem), gap: 0 };
    case 2: return { tree: await bestOfDepthTwo(engine, problem, options), gap: 0 };
    case 3: return searchDeepTree(engine, problem, options);
  }
}
