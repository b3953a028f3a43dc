import { z } from 'zod';
import { budgetConstraint, parityConstraints, type PolicyConstraint } from '../../policy/constraint.js';
import { EXACT_DEPTH, learnPolicy, type PolicyTask } from '../../policy/learn-policy.js';
import { referencePolicyEngine } from '../../policy/policy-engine.js';
import { crossFittedPolicy } from '../../policy/policy-value.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, level, optionalCategory, OptionsError, type Category } from '../estimator.js';
import { rewardOptions, rewardRoles, rewardsOf, type Rewards } from './policy-input.js';
import { policyWorth, worthOf } from './policy-worth.js';
import { treeNodes, treeNodesSchema } from './tree-nodes.js';

const options = z.strictObject({
  depth: z.number().int().min(1).max(8).default(2).describe('splits from root to leaf, at most; up to 3 all trees are searched, deeper ones are grown two splits at a time'),
  minLeaf: z.number().int().min(1).default(1).describe('units that a leaf has at least'),
  folds: z.number().int().min(2).max(50).default(5).describe('folds behind the value: a unit is judged by a tree that was learned without it'),
  budget: z.strictObject({
    costs: z.array(z.number()).min(2).describe('cost of each action, in the order of the actions: control, treatment, or the columns of rewards'),
    atMost: z.number().describe('most that is spent per unit, in the unit of the costs'),
  }).optional().describe('absent: no limit'),
  parity: z.strictObject({
    measure: z.enum(['share', 'benefit']).describe('share: of units that get another action than the first; benefit: mean reward'),
    atMost: z.number().min(0).describe('largest difference between two groups, a share or in units of the reward'),
  }).optional().describe('fairness between the groups of the group column; absent: none is asked'),
  ...rewardOptions,
  level,
});
type Options = z.output<typeof options>;

const result = z.object({
  actions: z.array(z.string()).describe('what is chosen between: control and treatment, or the columns of rewards'),
  nodes: treeNodesSchema.describe('the tree of all units, root first'),
  optimalityGap: z.number().nullable().describe('how much more the best tree of this depth could earn at most on these data, per unit; 0: none is better; null: a greedy tree'),
  ...policyWorth,
  shares: z.array(z.object({
    action: z.string().describe('name of the action'),
    share: z.number().describe('of units that the tree of all units gives it to, in [0, 1]'),
  })).describe('who gets what'),
  n: z.number().int().describe('units'),
});

/** Whom to treat, as a tree that people can read, with what it is worth on units that it was not learned from. */
export const policyTree = defineEstimator({
  name: 'policy_tree',
  title: 'policy tree',
  estimand: 'E[Y(pi(X))] for the tree pi of this depth with the largest mean doubly robust reward',
  references: ['Athey, Wager (2021), Econometrica 89(1)', 'Zhou, Athey, Wager (2023), Operations Research 71(1)'],
  data: { ...rewardRoles, group: optionalCategory('groups that parity is asked between') },
  options,
  result,
  async estimate(columns, chosen, context) {
    const { covariates, group } = columns;
    if (chosen.parity && !group) throw new OptionsError('options.parity needs columns.group, the groups to be treated alike', ['options', 'parity']);
    const rewards = await rewardsOf(columns, chosen, context);
    if (isRefusal(rewards)) return rewards;
    const { names, weight, cluster, values } = rewards;
    const task: PolicyTask = {
      columns: covariates.map((column) => column.values), actions: names.length, depth: chosen.depth, minLeaf: chosen.minLeaf,
      rewards: values.map((value, i) => value * weight[Math.floor(i / names.length)]!), constraints: constraintsOf(chosen, rewards, group),
    };
    const engine = context.policies ?? referencePolicyEngine;
    const search = context.signal ? { signal: context.signal } : {};
    const learned = await learnPolicy(engine, task, search);
    if (isRefusal(learned)) return learned;
    const heldOut = await crossFittedPolicy(engine, task, chosen.folds, cluster, context.seed, search);
    if (isRefusal(heldOut)) return heldOut;
    const worth = worthOf(rewards, heldOut.chosen, chosen.level);
    if (isRefusal(worth)) return worth;
    const n = weight.length;
    const totalWeight = weight.reduce((sum, each) => sum + each, 0);
    const nodes = treeNodes(learned.tree, covariates.map(({ name }) => name), names, totalWeight / n);
    return {
      actions: [...names], nodes, ...worth, n,
      optimalityGap: learned.gap === null ? null : learned.gap / totalWeight,
      shares: names.map((action) => ({ action, share: nodes.reduce((sum, node) => sum + (node.action === action ? node.n : 0), 0) / n })),
    };
  },
});

function constraintsOf({ budget, parity, depth }: Options, { weight, names, values }: Rewards, group: Category | undefined): PolicyConstraint[] {
  if ((budget || parity) && depth > EXACT_DEPTH) throw new OptionsError(`options.depth must be at most ${EXACT_DEPTH} with a budget or parity; got ${depth}`, ['options', 'depth']);
  if (budget && budget.costs.length !== names.length) {
    throw new OptionsError(`options.budget.costs must have ${names.length} costs, one for each of ${names.join(', ')}; got ${budget.costs.length}`, ['options', 'budget', 'costs']);
  }
  const n = weight.length;
  return [
    ...(budget ? [budgetConstraint(n, names.length, Float64Array.from(budget.costs), budget.atMost * n)] : []),
    ...(parity ? parityConstraints(parity.measure === 'benefit' ? values : values.map((_, i) => (i % names.length > 0 ? 1 : 0)), names.length, group!, parity.atMost) : []),
  ];
}
