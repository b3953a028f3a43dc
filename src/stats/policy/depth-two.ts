import type { PolicyEngine, PolicySearchOptions } from './policy-engine.js';
import { partition, largestPossible, type PolicyProblem } from './policy-problem.js';
import type { PolicyTree } from './policy-tree.js';
import { bestStump } from './shallow-trees.js';

/** The best tree of at most two splits from root to leaf: the best stump unless some first split is worth more. */
export async function bestOfDepthTwo(engine: PolicyEngine, problem: PolicyProblem, options: PolicySearchOptions = {}): Promise<PolicyTree> {
  const stump = bestStump(problem);
  if (stump.value === largestPossible(problem)) return stump;
  const root = highestRoot(await engine.rootValues(problem, options), stump.value);
  if (!root) return stump;
  const feature = problem.features[root.index]!;
  const { left, right } = partition(problem, feature, root.level);
  return { kind: 'split', feature: feature.feature, threshold: feature.values[root.level]!, n: problem.n, value: root.value, left: bestStump(left), right: bestStump(right) };
}

/** The first split that is worth more than `floor` and most of all; the lowest feature and level of equals. */
function highestRoot(rootValues: readonly Float64Array[], floor: number): { readonly index: number; readonly level: number; readonly value: number } | null {
  let best: { readonly index: number; readonly level: number; readonly value: number } | null = null;
  for (const [index, values] of rootValues.entries()) {
    values.forEach((value, level) => { if (value > (best?.value ?? floor)) best = { index, level, value }; });
  }
  return best;
}
