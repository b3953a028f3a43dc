import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPolicyEngine, type WorkerPolicyEngine } from '../../src/compute/policy-engine.js';
import { exactTree } from '../../src/stats/policy/exact-tree.js';
import { referencePolicyEngine } from '../../src/stats/policy/policy-engine.js';
import { partition, policyProblem, type PolicyProblem } from '../../src/stats/policy/policy-problem.js';
import { actionOf, type PolicyTree } from '../../src/stats/policy/policy-tree.js';
import { bestStump } from '../../src/stats/policy/shallow-trees.js';
import { policyData } from './data.js';

let engine: WorkerPolicyEngine;
beforeAll(async () => { engine = await createPolicyEngine({ workers: 2 }); });
afterAll(() => engine.close());

/** The definition of the best: every tree of this depth, one after the other. */
function bestByTryingAll(problem: PolicyProblem, depth: number): number {
  if (depth === 1) return bestStump(problem).value;
  let best = bestByTryingAll(problem, depth - 1);
  for (const feature of problem.features) {
    for (let level = 0; level + 1 < feature.values.length; level++) {
      const { left, right } = partition(problem, feature, level);
      if (left.n < problem.minLeaf || right.n < problem.minLeaf) continue;
      best = Math.max(best, bestByTryingAll(left, depth - 1) + bestByTryingAll(right, depth - 1));
    }
  }
  return best;
}

/** What the tree earns when it is applied to the units, in whole numbers. */
function earned(tree: PolicyTree, { n, actions, scores, features }: PolicyProblem): number {
  let total = 0;
  for (let unit = 0; unit < n; unit++) {
    const action = actionOf(tree, (feature) => features[feature]!.values[features[feature]!.levels[unit]!]!);
    total += scores[unit * actions + action]!;
  }
  return total;
}

const smallestLeaf = (tree: PolicyTree): number => (tree.kind === 'leaf' ? tree.n : Math.min(smallestLeaf(tree.left), smallestLeaf(tree.right)));

const cases = [
  { n: 60, p: 3, actions: 2, levels: 0, minLeaf: 1 },
  { n: 90, p: 3, actions: 3, levels: 0, minLeaf: 5 },
  { n: 200, p: 4, actions: 3, levels: 7, minLeaf: 1 },
  { n: 200, p: 4, actions: 4, levels: 12, minLeaf: 20 },
  { n: 300, p: 2, actions: 2, levels: 1, minLeaf: 3 },
  { n: 40, p: 2, actions: 5, levels: 3, minLeaf: 13 },
];

describe('the policy kernel', () => {
  it.each(cases)('knows what every first split is worth, to the last digit: %o', async (shape) => {
    const problem = policyData(shape);
    expect(await engine.rootValues(problem)).toEqual(await referencePolicyEngine.rootValues(problem));
  });

  it('gives the same tree for any number of workers', async () => {
    const problem = policyData({ n: 400, p: 5, actions: 3, levels: 0, minLeaf: 4 });
    const one = await createPolicyEngine({ workers: 1 });
    const eight = await createPolicyEngine({ workers: 8 });
    const trees = await Promise.all([one, engine, eight].map((each) => exactTree(each, problem, 2)));
    await Promise.all([one.close(), eight.close()]);
    expect(new Set(trees.map((tree) => JSON.stringify(tree))).size).toBe(1);
  });
});

describe('exactTree', () => {
  it.each(cases)('finds the best tree of depth two, and its value is what the units earn: %o', async (shape) => {
    const problem = policyData(shape);
    const { tree, gap } = await exactTree(engine, problem, 2);
    expect(gap).toBe(0);
    expect(tree.value).toBe(bestByTryingAll(problem, 2));
    expect(earned(tree, problem)).toBe(tree.value);
    expect(smallestLeaf(tree)).toBeGreaterThanOrEqual(shape.minLeaf);
  });

  it.each([
    { n: 24, p: 2, actions: 2, levels: 0, minLeaf: 1 },
    { n: 120, p: 3, actions: 3, levels: 4, minLeaf: 6 },
  ])('finds the best tree of depth three: %o', async (shape) => {
    const problem = policyData(shape);
    const { tree, gap } = await exactTree(engine, problem, 3);
    expect(gap).toBe(0);
    expect(tree.value).toBe(bestByTryingAll(problem, 3));
    expect(earned(tree, problem)).toBe(tree.value);
  });

  it('says how far from the best a search of depth three may be that ends at its limit', async () => {
    const problem = policyData({ n: 120, p: 3, actions: 3, levels: 4, minLeaf: 6 });
    const { tree, gap } = await exactTree(engine, problem, 3, { nodeLimit: 1 });
    const best = bestByTryingAll(problem, 3);
    expect(gap).toBeGreaterThan(0);
    expect(tree.value + gap).toBeGreaterThanOrEqual(best);
  });

  it.each([1, 2] as const)('does not split at depth %i what one action serves best', async (depth) => {
    const columns = [Float64Array.from({ length: 50 }, (_, i) => i % 7)];
    const scores = Float64Array.from({ length: 100 }, (_, i) => i % 2);
    const problem = policyProblem(columns, scores, 2) as PolicyProblem;
    expect(await exactTree(engine, problem, depth)).toMatchObject({ tree: { kind: 'leaf', action: 1, n: 50 } });
  });
});
