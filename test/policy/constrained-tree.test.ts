import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPolicyEngine, type WorkerPolicyEngine } from '../../src/compute/policy-engine.js';
import { constrainedTree, type ConstrainedSearch } from '../../src/stats/policy/constrained-tree.js';
import { budgetConstraint, costsOf, isWithin, parityConstraints, type PolicyConstraint } from '../../src/stats/policy/constraint.js';
import { eachCut } from '../../src/stats/policy/shallow-trees.js';
import { partition, policyProblem, type PolicyProblem } from '../../src/stats/policy/policy-problem.js';
import { assignedActions } from '../../src/stats/policy/policy-tree.js';
import { isRefusal } from '../../src/stats/refusal.js';
import { policyRows, type Shape } from './data.js';

let engine: WorkerPolicyEngine;
beforeAll(async () => { engine = await createPolicyEngine({ workers: 2 }); });
afterAll(() => engine.close());

/** Every tree of at most this depth, as the actions that it gives to the units of the whole. */
function* allPolicies(problem: PolicyProblem, depth: number): Generator<readonly (readonly [number, number])[]> {
  const units = problem.units ?? Int32Array.from({ length: problem.n }, (_, unit) => unit);
  for (let action = 0; action < problem.actions; action++) yield [...units].map((unit) => [unit, action] as const);
  if (depth === 0) return;
  for (const feature of problem.features) {
    const cuts: number[] = [];
    eachCut(problem, feature, (level) => cuts.push(level));
    for (const level of cuts) {
      const { left, right } = partition(problem, feature, level);
      const rights = [...allPolicies(right, depth - 1)];
      for (const one of allPolicies(left, depth - 1)) for (const other of rights) yield [...one, ...other];
    }
  }
}

function bestByTryingAll(problem: PolicyProblem, rewards: Float64Array, constraints: readonly PolicyConstraint[], depth: number): number {
  let best = -Infinity;
  for (const policy of allPolicies(problem, depth)) {
    const chosen = new Int32Array(problem.n);
    for (const [unit, action] of policy) chosen[unit] = action;
    if (isWithin(constraints, costsOf(constraints, problem.actions, chosen))) best = Math.max(best, rewardOf(chosen, rewards, problem.actions));
  }
  return best;
}

const rewardOf = (chosen: Int32Array, rewards: Float64Array, actions: number): number => chosen.reduce((sum, action, unit) => sum + rewards[unit * actions + action]!, 0);

/** Sums of rewards in another order differ in their last digits. */
const SUM_DIGITS = 9;

function given(shape: Shape, constraintsOf: (rewards: Float64Array) => readonly PolicyConstraint[]) {
  const { columns, scores } = policyRows(shape);
  const problem = policyProblem(columns, scores, shape.actions, shape.minLeaf) as PolicyProblem;
  return { problem, rewards: scores, constraints: constraintsOf(scores) };
}

const two = { n: 14, p: 2, actions: 2, levels: 4, minLeaf: 1 };
const three = { n: 12, p: 2, actions: 3, levels: 3, minLeaf: 2 };
const groups = (n: number) => ({ codes: Int32Array.from({ length: n }, (_, unit) => (unit * 7) % 3 > 0 ? 1 : 0), levels: ['a', 'b'] });
const treated = (n: number, actions: number) => Float64Array.from({ length: n * actions }, (_, i) => (i % actions > 0 ? 1 : 0));

const budget = (shape: Shape, share: number) => () => [budgetConstraint(shape.n, shape.actions, Float64Array.from({ length: shape.actions }, (_, action) => action), share * shape.n)];

const cases: readonly (readonly [string, Shape, (rewards: Float64Array) => readonly PolicyConstraint[]])[] = [
  ['a tenth of the units may be treated', two, budget(two, 0.1)],
  ['a third of the units may be treated', two, budget(two, 0.33)],
  ['a budget that does not bind', two, budget(two, 1)],
  ['actions of different costs', three, budget(three, 0.6)],
  ['equal shares in two groups', two, () => parityConstraints(treated(two.n, 2), 2, groups(two.n), 0.1)],
  ['equal benefit in two groups', two, (rewards) => parityConstraints(rewards, 2, groups(two.n), 0.15)],
  ['a budget and equal shares', three, (rewards) => [...budget(three, 0.7)(), ...parityConstraints(treated(three.n, 3), 3, groups(three.n), 0.2), ...parityConstraints(rewards, 3, groups(three.n), 2)]],
];

describe('constrainedTree', () => {
  it.each(cases)('finds the best tree of depth two within the constraints: %s', async (_, shape, constraintsOf) => {
    const question = given(shape, constraintsOf);
    const { tree, gap } = await constrainedTree(engine, question, 2) as ConstrainedSearch;
    const chosen = assignedActions(tree, question.problem);
    expect(isWithin(question.constraints, costsOf(question.constraints, shape.actions, chosen))).toBe(true);
    expect(rewardOf(chosen, question.rewards, shape.actions)).toBeCloseTo(bestByTryingAll(question.problem, question.rewards, question.constraints, 2), SUM_DIGITS);
    expect(gap).toBeCloseTo(0, SUM_DIGITS);
  });

  it.each(cases)('finds the best stump within the constraints: %s', async (_, shape, constraintsOf) => {
    const question = given(shape, constraintsOf);
    const { tree } = await constrainedTree(engine, question, 1) as ConstrainedSearch;
    expect(rewardOf(assignedActions(tree, question.problem), question.rewards, shape.actions))
      .toBeCloseTo(bestByTryingAll(question.problem, question.rewards, question.constraints, 1), SUM_DIGITS);
  });

  it('states at depth three how far from the best it may be, and is within the constraints', async () => {
    const shape = { n: 80, p: 3, actions: 2, levels: 5, minLeaf: 4 };
    const question = given(shape, budget(shape, 0.2));
    const { tree, gap } = await constrainedTree(engine, question, 3) as ConstrainedSearch;
    const chosen = assignedActions(tree, question.problem);
    const shallow = assignedActions((await constrainedTree(engine, question, 2) as ConstrainedSearch).tree, question.problem);
    expect(isWithin(question.constraints, costsOf(question.constraints, 2, chosen))).toBe(true);
    expect(rewardOf(chosen, question.rewards, 2) + gap).toBeGreaterThanOrEqual(rewardOf(shallow, question.rewards, 2));
  });

  it('refuses when no tree is within the constraints', async () => {
    const question = given(two, () => [{ ...budgetConstraint(two.n, 2, Float64Array.of(1, 2), 3) }]);
    expect(isRefusal(await constrainedTree(engine, question, 2))).toBe(true);
  });
});

