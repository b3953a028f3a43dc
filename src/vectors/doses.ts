import { sharedPolicyEngine } from '../compute/shared-policy-engine.js';
import { scoreAverageDerivative } from '../stats/dml/average-derivative.js';
import { createLearner, learnerOptions } from '../stats/learners/index.js';
import { planFolds } from '../stats/learners/folds.js';
import { normalCdf, normalDensity } from '../stats/numeric/normal.js';
import { stream, type RandomStream } from '../stats/numeric/random.js';
import { learnPolicy } from '../stats/policy/learn-policy.js';
import { actionsOf } from '../stats/policy/policy-tree.js';
import { isRefusal, type Refusal } from '../stats/refusal.js';
import { fields, numberAt, type Adapter } from './case.js';

const SEED = 1;
const COVARIATES = 6;
/** A little more of the dose costs this. */
const COST = 0.2;
const EVALUATED = 11_111;
/** Draws behind our means, by number of units: large ones are slow and vary little. */
const DRAWS: Readonly<Record<number, number>> = { 600: 10, 1800: 4, 5400: 2, 16200: 1 };

const answered = <T extends object>(answer: T | Refusal): T => {
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
};
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Athey and Wager's doses: most where the first and third covariate are large, in setup 1 with a hidden push; the outcome a normal threshold of the dose. */
function drawDoses(random: RandomStream, n: number, setup: number) {
  const x = Array.from({ length: COVARIATES }, () => random.fillNormal(new Float64Array(n)));
  const [first, second, third] = x as [Float64Array, Float64Array, Float64Array];
  const rise = (value: number, scale: number): number => scale / (1 + 3 / Math.exp(value));
  const dose = first.map((value, i) => Math.min(6.99, Math.max(-4.99, rise(value + third[i]! + (setup === 1 ? random.normal() : 0), 3) + random.normal())));
  const slope = dose.map((value, i) => normalDensity(value - rise(first[i]! + second[i]!, 5) + 0.5));
  const y = dose.map((value, i) => Number(random.bernoulli(normalCdf(value - rise(first[i]! + second[i]!, 5) + 0.5))));
  return { x, dose, slope, y };
}

/**
 * Table 3 of Athey and Wager: whom to give a little more of a dose, by scores of its derivative. Ours have the representer of the derivative by a lasso, in
 * place of a density of the dose in 24 parts; what the tree of two splits is worth is asked for, and an average at most as far off.
 */
export const nudgedDoses: Adapter = async ({ id, spec, expected }) => {
  if (!id.startsWith('aw2021.table3.')) return undefined;
  const [setup, n] = [numberAt(spec, 'setup'), numberAt(spec, 'n')];
  const draws = DRAWS[n];
  if (draws === undefined) return undefined;
  const learner = createLearner(learnerOptions.parse({ name: 'series', degree: 3, learner: { name: 'ridge', lambdas: 30, folds: 5 } }), 'regression');
  const [offs, worths]: [number[], number[]] = [[], []];
  for (let draw = 0; draw < draws; draw++) {
    const random = stream(SEED, setup, n, draw);
    const { x, dose, slope, y } = drawDoses(random, n, setup);
    const names = x.map((_, j) => `x${j}`);
    const folds = answered(planFolds(n, { folds: 2 }, draw));
    const { score: { level } } = answered(await scoreAverageDerivative({ x: { n, names, columns: x }, y, d: dose, clusters: [] }, { outcome: learner, degree: 3 }, folds, { seed: draw }));
    offs.push(mean(level) - mean(slope));
    const { tree } = answered(await learnPolicy(sharedPolicyEngine, { columns: x, rewards: Float64Array.from({ length: 2 * n }, (_, i) => (i % 2) * (level[i >> 1]! - COST)), actions: 2, depth: 2, minLeaf: 1, constraints: [] }));
    const judged = drawDoses(random, EVALUATED, setup);
    worths.push(mean([...actionsOf(tree, judged.x)].map((action, i) => action * (judged.slope[i]! - COST))));
  }
  const published = fields(expected);
  const [bias, worth] = [mean(offs), mean(worths)];
  const least = numberAt(published, 'policy_value') - 0.003;
  return {
    values: { policy_value_reached: worth >= least, bias_at_most: Math.abs(bias) <= Math.abs(numberAt(published, 'bias_theta_DR')) },
    instead: {
      expected: { policy_value_reached: true, bias_at_most: true },
      because: `over ${draws} draws the policy is worth ${worth.toFixed(4)} against ${numberAt(published, 'policy_value')}, and the average is off by ${bias.toFixed(4)} against ${numberAt(published, 'bias_theta_DR')}`,
    },
  };
};
