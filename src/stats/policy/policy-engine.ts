import { partition, type PolicyProblem } from './policy-problem.js';
import { bestStump, eachCut } from './shallow-trees.js';

/**
 * For each feature, what the best tree of depth two is worth whose first split is at each of its levels, in whole numbers; -Infinity where a
 * side would have too few units. Shape (features)(levels of the feature).
 */
export type RootValues = readonly Float64Array[];

export interface PolicySearchOptions {
  readonly signal?: AbortSignal;
}

/** Who searches trees: worker threads with a WebAssembly kernel, or the plain reference. Whole numbers, so both give the same bytes. */
export interface PolicyEngine {
  readonly name: string;
  rootValues(problem: PolicyProblem, options?: PolicySearchOptions): Promise<RootValues>;
}

/** The definition itself: at every cut the best stump of either side. For tests, and where no kernel is built. */
export const referencePolicyEngine: PolicyEngine = {
  name: 'reference',
  async rootValues(problem, { signal } = {}) {
    return problem.features.map((feature) => {
      signal?.throwIfAborted();
      const values = new Float64Array(feature.values.length).fill(-Infinity);
      eachCut(problem, feature, (level) => {
        const { left, right } = partition(problem, feature, level);
        values[level] = bestStump(left).value + bestStump(right).value;
      });
      return values;
    });
  },
};
