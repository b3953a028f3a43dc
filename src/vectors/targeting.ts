import { sharedForestEngine } from '../compute/shared-forest-engine.js';
import { sharedPolicyEngine } from '../compute/shared-policy-engine.js';
import type { Numeric } from '../stats/estimators/estimator.js';
import type { TreeNodes } from '../stats/estimators/policy/tree-nodes.js';
import { runEstimator } from '../stats/estimators/run-estimator.js';
import { growCausalForest } from '../stats/forest/causal-forest.js';
import { predictEffects } from '../stats/forest/effect-prediction.js';
import { stream } from '../stats/numeric/random.js';
import { isRefusal, type Refusal } from '../stats/refusal.js';
import { frameOf } from '../stats/summaries/frame.js';
import { numberAt, numbersAt, type Adapter } from './case.js';
import type { Estimated } from './observational.js';

const SEED = 1;
const answered = <T extends object>(answer: T | Refusal): T => {
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
};
const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

async function resultOf(estimator: string, columns: readonly Numeric[], roles: Readonly<Record<string, string | readonly string[]>>, options: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await runEstimator({ estimator, data: frameOf(columns), columns: roles, options }, { seed: SEED, forests: sharedForestEngine, policies: sharedPolicyEngine });
  if ('refusal' in answer) throw new Error(answer.refusal.detail);
  return answer.result;
}

/** CausalML's design for policies: who gains follows from two covariates, who is treated from a third. */
export const drawnPolicy: Adapter = async ({ id, expected }) => {
  if (id !== 'causalml.policy_learner') return undefined;
  const n = 10_000;
  const random = stream(SEED);
  const x = Array.from({ length: 10 }, (_, j): Numeric => ({ name: `x${j}`, values: random.fillNormal(new Float64Array(n)) }));
  const [first, second, third] = x.map(({ values }) => values) as [Float64Array, Float64Array, Float64Array];
  const effect = first.map((value, i) => 1 / (1 + Math.exp(value + second[i]!) / 2) - 0.5);
  const w = third.map((value) => Number(random.bernoulli(logistic(-value))));
  const y = third.map((value, i) => value + w[i]! * effect[i]! + random.normal());
  const { nodes, value } = await resultOf('policy_tree', [...x, { name: 'w', values: w }, { name: 'y', values: y }], { outcome: 'y', treatment: 'w', covariates: x.map(({ name }) => name) }, { trees: 500 });
  const worth = effect.reduce((sum, gain, i) => sum + (isTreated(nodes as TreeNodes, x, i) ? gain / n : 0), 0);
  const best = effect.reduce((sum, gain) => sum + Math.max(0, gain) / n, 0);
  const { estimate, standardError } = value as Estimated;
  return {
    values: { dr_tree_reached: worth >= numberAt(expected, 'dr_tree'), true_optimal: best, value_holds: Math.abs(estimate - worth) <= 3 * standardError },
    instead: {
      expected: { dr_tree_reached: true, true_optimal: numberAt(expected, 'true_optimal'), value_holds: true }, tolerance: { true_optimal: 0.005 },
      because: `on 10,000 units of another generator: the best tree of two splits is worth ${worth.toFixed(4)} of ${best.toFixed(4)}, and says ${estimate.toFixed(3)} (${standardError.toFixed(3)}) of itself on held-out units, asked to be within three errors; CausalML's ${numberAt(expected, 'dr_tree').toFixed(4)}`,
    },
  };
};

function isTreated(nodes: TreeNodes, x: readonly Numeric[], unit: number): boolean {
  let node = nodes[0]!;
  while (node.action === null) node = nodes[x.find(({ name }) => name === node.feature)!.values[unit]! <= node.threshold! ? node.left! : node.right!]!;
  return node.action === 'treatment';
}

const COSTS = [0.2, 0.5];

/** CausalML's example of two costly arms: effects learned on 15,000 units, curves of 5,000 others by inverse propensities, with maq's errors. */
export const drawnCosts: Adapter = async ({ id, expected }) => {
  if (id !== 'causalml.qini_costly') return undefined;
  const [n, learned] = [20_000, 15_000];
  const random = stream(SEED);
  const arm = Float64Array.from({ length: n }, () => random.integer(3));
  const x = Array.from({ length: 5 }, () => random.fillUniform(new Float64Array(n)));
  const y = arm.map((code, i) => x[1]![i]! + (code === 1 ? x[2]![i]! : code === 2 ? 1.5 * x[3]![i]! : 0) + random.normal());
  const features = x.map((_, j) => `x${j}`);
  const judged = x.map((column) => column.slice(learned));
  const columns: Numeric[] = [];
  for (const code of [1, 2]) {
    const rows = Int32Array.from({ length: learned }, (_, i) => i).filter((i) => arm[i] === 0 || arm[i] === code);
    const take = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
    const forest = answered(await growCausalForest(sharedForestEngine, { features, x: x.map(take), y: take(y), w: take(arm.map((value) => Number(value === code))) }, { trees: 500, seed: SEED }));
    const { estimates } = answered(await predictEffects(sharedForestEngine, forest, Object.fromEntries(features.map((name, j) => [name, judged[j]!]))));
    columns.push({ name: `predicted${code}`, values: estimates }, { name: `cost${code}`, values: estimates.map(() => COSTS[code - 1]!) },
      { name: `gain${code}`, values: estimates.map((_, i) => 3 * y[learned + i]! * (arm[learned + i] === code ? 1 : arm[learned + i] === 0 ? -1 : 0)) });
  }
  const curve = async (codes: readonly number[], budget: number) => {
    const roles = Object.fromEntries([['predicted', 'predicted'], ['gains', 'gain'], ['costs', 'cost']].map(([role, name]) => [role!, codes.map((code) => `${name}${code}`)]));
    const [point] = (await resultOf('cost_curve', columns, roles, { budgets: [budget] }))['points'] as [{ readonly gain: Estimated; readonly advantage: Estimated }];
    return point;
  };
  const [all, one] = [await curve([1, 2], 0.2), await curve([1], 0.1)];
  // what is spent at random on the better buy, all of a budget of its cost, is its average effect
  const found = { 'gain@0.2': { estimate: all.gain.estimate - all.advantage.estimate, standardError: null }, 'gain@0.1': one.gain, 'diff@0.1': one.advantage } as const;
  const published = Object.fromEntries(Object.keys(found).map((key) => [key, numbersAt(expected, key) as [number, number]]));
  const holds = Object.entries(found).map(([key, { estimate, standardError }]): [string, boolean] => {
    const [value, error] = published[key]!;
    return [key, Math.abs(estimate - value) <= 2 * Math.SQRT2 * error && (standardError === null || Math.abs(standardError / error - 1) < 0.15)];
  });
  return {
    values: Object.fromEntries(holds),
    instead: {
      expected: Object.fromEntries(holds.map(([key]) => [key, true])),
      because: `on another draw, within two errors of a difference of draws and errors within 15 %: ${Object.entries(found).map(([key, { estimate, standardError }]) => `${key} ${estimate.toFixed(3)}${standardError === null ? '' : ` (${standardError.toFixed(3)})`} against ${published[key]!.map((value) => value.toFixed(3)).join(' ± ')}`).join(', ')}`,
    },
  };
};
