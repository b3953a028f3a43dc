import { z } from 'zod';
import { createLearner, learnerOptions } from '../../learners/index.js';
import { crossFittedClassifier } from '../../policy/policy-classifier.js';
import { isRefusal, refuse } from '../../refusal.js';
import { defineEstimator, level } from '../estimator.js';
import { rewardOptions, rewardRoles, rewardsOf } from './policy-input.js';
import { policyWorth, worthOf } from './policy-worth.js';

/** Whom to treat, by any classifier of who gains, with what that is worth on units that it was not learned from. */
export const policyClassifier = defineEstimator({
  name: 'policy_classifier',
  title: 'policy by weighted classification',
  estimand: 'E[Y(pi(X))] for the policy pi by which a learner tells who gains from the second action, units weighted by how much they gain or lose',
  references: ['Beygelzimer, Langford (2009), KDD', 'Zhao, Zeng, Rush, Kosorok (2012), JASA 107(499)', 'Athey, Wager (2021), Econometrica 89(1)'],
  data: rewardRoles,
  options: z.strictObject({
    learner: learnerOptions.default(() => learnerOptions.parse({ name: 'ridge' })).describe('classifier of who gains; a policy that people can read is one of policy_tree'),
    folds: z.number().int().min(2).max(50).default(5).describe('folds behind the value: a unit is judged by a policy that was learned without it'),
    ...rewardOptions, level,
  }),
  result: z.object({
    actions: z.array(z.string()).describe('what is chosen between: control and treatment, or the two columns of rewards'), ...policyWorth,
    share: z.number().describe('of units that get the second action, in [0, 1]'),
    n: z.number().int().describe('units'),
  }),
  async estimate(columns, { learner, folds, level: confidence, ...chosen }, context) {
    const classifier = createLearner(learner, 'classification', ['learner', 'name']);
    const rewards = await rewardsOf(columns, chosen, context);
    if (isRefusal(rewards)) return rewards;
    const { names, values, weight, cluster } = rewards;
    if (names.length !== 2) return refuse('unsupported_combination', `policy_classifier chooses between two actions; got ${names.length}: ${names.join(', ')}`, 'Name the rewards of two actions, or use policy_tree.');
    const n = weight.length;
    const { covariates } = columns;
    const policy = await crossFittedClassifier(classifier, {
      x: { n, names: covariates.map(({ name }) => name), columns: covariates.map((column) => column.values) },
      advantage: Float64Array.from({ length: n }, (_, i) => values[2 * i + 1]! - values[2 * i]!), weight, cluster,
    }, folds, context);
    if (isRefusal(policy)) return policy;
    const worth = worthOf(rewards, policy, confidence);
    return isRefusal(worth) ? worth : { actions: [...names], ...worth, share: policy.reduce((sum, action) => sum + action, 0) / n, n };
  },
});
