import { z } from 'zod';
import { costCurve as curveOf } from '../../policy/cost-curve.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, level, numerics, optionalCategory, optionalNumeric, OptionsError, type Numeric } from '../estimator.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema } from '../two-arms.js';

const options = z.strictObject({
  budgets: z.array(z.number().gt(0)).min(1).max(200).describe('at which the curve is read, ascending, cost per unit'),
  replicates: z.number().int().min(50).max(10_000).default(200).describe('half-samples of the bootstrap'),
  level,
});

const result = z.object({
  points: z.array(z.object({
    budget: z.number().describe('spent per unit, at most'),
    gain: effectSchema.describe('gain per unit over doing nothing, in units of the gains'),
    advantage: effectSchema.nullable().describe('gain less that of the same budget spent on units at random, on what gains most per cost on average; null where both come to the same'),
  })).describe('in the order of the budgets'),
  n: z.number().int().describe('units'),
});

/** What money buys when it goes where most is predicted to be gained: the Qini curve of several actions with costs. */
export const costCurve = defineEstimator({
  name: 'cost_curve',
  title: 'gain by budget, for actions with costs',
  estimand: 'E[sum over a of pi_B(X, a) (Y(a) - Y(0))] for the policy pi_B that spends at most B per unit where predicted gain per cost is largest',
  references: ['Sverdrup, Wu, Athey, Wager (2025), Journal of Causal Inference', 'Imai, Li (2023), JASA 118(541)'],
  data: {
    predicted: numerics('predicted gain of each action over doing nothing, learned from other units; one column an action'),
    gains: numerics('doubly robust gain of each action over doing nothing, which judges; in the order of predicted'),
    costs: numerics('cost of each action for each unit, above 0; in the order of predicted'),
    weight: optionalNumeric('sample weight of each unit, at least 0'),
    cluster: optionalCategory('units of one cluster count as one for errors'),
  },
  options,
  result,
  estimate({ predicted, gains, costs, weight, cluster }, { budgets, replicates, level: confidence }, { seed }) {
    if (predicted.length === 0) throw new OptionsError('columns.predicted must name a column for each action', ['columns', 'predicted']);
    for (const [role, given] of [['gains', gains], ['costs', costs]] as const) {
      if (given.length !== predicted.length) throw new OptionsError(`columns.${role} must name ${predicted.length} columns, one for each action of predicted; got ${given.length}`, ['columns', role]);
    }
    if (budgets.some((budget, k) => k > 0 && budget <= budgets[k - 1]!)) throw new OptionsError('options.budgets must ascend', ['options', 'budgets']);
    const n = predicted[0]!.values.length;
    const matrix = (columns: readonly Numeric[]) => Float64Array.from({ length: n * columns.length }, (_, i) => columns[i % columns.length]!.values[Math.floor(i / columns.length)]!);
    const points = curveOf({
      predicted: matrix(predicted), gains: matrix(gains), costs: matrix(costs), actions: predicted.length,
      weight: weight?.values ?? new Float64Array(n).fill(1), cluster: cluster?.codes ?? null,
    }, budgets, replicates, seed);
    if (isRefusal(points)) return points;
    const answer = (estimate: number, standardError: number) => effectAnswer({ estimate, standardError, degreesOfFreedom: null, n }, confidence);
    return {
      points: points.map(({ budget, gain, standardError, advantage }) => ({
        budget, gain: answer(gain, standardError), advantage: advantage && answer(advantage.estimate, advantage.standardError),
      })), n,
    };
  },
});
