import { describe, expect, it } from '@jest/globals';
import { stream } from '../../src/stats/numeric/random.js';
import { costCurve, type CostCurvePoint, type CostedUnits } from '../../src/stats/policy/cost-curve.js';
import { referencePolicyEngine } from '../../src/stats/policy/policy-engine.js';
import { hybridTree } from '../../src/stats/policy/hybrid-tree.js';
import { exactTree } from '../../src/stats/policy/exact-tree.js';
import { depthOf } from '../../src/stats/policy/policy-tree.js';
import { crossFittedPolicy, policyValue, type CrossFittedPolicy, type PolicyValue } from '../../src/stats/policy/policy-value.js';
import { policyData } from './data.js';

const REPLICATIONS = 300;
/** Three binomial standard errors about 95 %. */
const BAND = 3 * Math.sqrt(0.95 * 0.05 / REPLICATIONS);
const Z = 1.959963984540054;

/** Units whose treatment gains x, with rewards that are unbiased for it; clusters share a part of the noise. */
function units(seed: number, n: number, perCluster: number) {
  const random = stream(7, seed);
  const shared = Array.from({ length: Math.ceil(n / perCluster) }, () => (perCluster > 1 ? random.normal() : 0));
  const x = Float64Array.from({ length: n }, () => 2 * random.uniform() - 1);
  const cluster = Int32Array.from({ length: n }, (_, unit) => Math.floor(unit / perCluster));
  const rewards = Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 0 : x[i >> 1]! + shared[cluster[i >> 1]!]! + 2 * random.normal()));
  return { x, rewards, cluster, weight: new Float64Array(n).fill(1) };
}

describe('the value of a cross-fitted policy', () => {
  it.each([[1, 200], [5, 400]])('its 95 %% interval covers what the chosen actions are worth, %i to a cluster', async (perCluster, n) => {
    let covered = 0;
    for (let seed = 0; seed < REPLICATIONS; seed++) {
      const { x, rewards, cluster, weight } = units(seed, n, perCluster);
      const codes = perCluster > 1 ? cluster : null;
      const task = { columns: [x], rewards, actions: 2, depth: 1, minLeaf: 10, constraints: [] };
      const { chosen } = await crossFittedPolicy(referencePolicyEngine, task, 2, codes, seed) as CrossFittedPolicy;
      const { estimate, standardError } = policyValue({ rewards, actions: 2, weight, cluster: codes }, chosen) as PolicyValue;
      if (Math.abs(estimate - meanGain(x, chosen)) <= Z * standardError) covered++;
    }
    // the error counts that x varies too, which the truth for these units does not: a little wide
    expect(covered / REPLICATIONS).toBeGreaterThan(0.95 - BAND);
    expect(covered / REPLICATIONS).toBeLessThan(0.99);
  });

  it('is not flattered where treatment does nothing, as the value on the learning units is', async () => {
    let heldOut = 0;
    let flattered = 0;
    for (let seed = 0; seed < 100; seed++) {
      const { x, rewards, weight } = units(seed, 100, 1);
      const noise = rewards.map((reward, i) => (i % 2 === 0 ? 0 : reward - x[i >> 1]!));
      const task = { columns: [x], rewards: noise, actions: 2, depth: 2, minLeaf: 1, constraints: [] };
      const { chosen } = await crossFittedPolicy(referencePolicyEngine, { ...task, depth: 1 }, 2, null, seed) as CrossFittedPolicy;
      heldOut += (policyValue({ rewards: noise, actions: 2, weight, cluster: null }, chosen) as PolicyValue).estimate / 100;
      flattered += noise.reduce((sum, reward) => sum + Math.max(0, reward), 0) / 100 / 100;
    }
    // the standard deviation of the mean of 100 values is 2 / sqrt(100 x 100)
    expect(Math.abs(heldOut)).toBeLessThan(0.06);
    expect(flattered).toBeGreaterThan(0.5);
  });
});

const meanGain = (x: Float64Array, chosen: Int32Array): number => chosen.reduce((sum, action, unit) => sum + (action === 1 ? x[unit]! : 0), 0) / x.length;

describe('hybridTree', () => {
  const problem = policyData({ n: 150, p: 3, actions: 3, levels: 6, minLeaf: 5 });

  it('is the exact tree at depth two', async () => {
    expect(await hybridTree(referencePolicyEngine, problem, 2)).toEqual((await exactTree(referencePolicyEngine, problem, 2)).tree);
  });

  it('earns at least as much with more depth, and no more than the best of its depth', async () => {
    const two = await hybridTree(referencePolicyEngine, problem, 2);
    const three = await hybridTree(referencePolicyEngine, problem, 3);
    expect(depthOf(three)).toBe(3);
    expect(three.value).toBeGreaterThan(two.value);
    expect(three.value).toBeLessThanOrEqual((await exactTree(referencePolicyEngine, problem, 3)).tree.value);
  });
});

describe('costCurve', () => {
  const n = 4;
  const plain: CostedUnits = {
    actions: 2, weight: new Float64Array(n).fill(1), cluster: null,
    predicted: Float64Array.of(2, 3, 1, 4, -1, -2, 0.5, 0.6), // the second unit's cheap action lies below its hull
    costs: Float64Array.of(1, 2, 1, 2, 1, 2, 1, 2),
    gains: Float64Array.of(10, 16, 20, 22, 40, 44, 80, 88),
  };

  it('spends where predicted gain per cost is largest, treats the last unit in part, and is flat once nothing is predicted to gain', () => {
    // upgrades: unit 0 to a (ratio 2, cost 1, gain 10), unit 1 to b (ratio 2, cost 2, gain 22), unit 0 a to b (1, 1, 6), unit 3 to a (0.5, 1, 80), a to b (0.1, 1, 8)
    const points = costCurve(plain, [0.25, 0.5, 0.75, 1, 1.25, 1.5, 9], 50, 1) as CostCurvePoint[];
    expect(points.map(({ gain }) => gain * n)).toEqual([10, 21, 32, 38, 118, 126, 126]);
    // on average b gains 1.4 for 2 by the predictions, a 0.625 for 1: blind money goes to b alone, which gains 42.5 for 2
    const blind = (budget: number) => 4 * Math.min(42.5, 21.25 * budget);
    points.forEach(({ budget, gain, advantage }) => expect(n * advantage!.estimate).toBeCloseTo(n * gain - blind(budget), 12));
  });

  it('its 95 % intervals cover the gain of the rule that the predictions make, and its advantage over treating at random', () => {
    const budget = [0.2];
    const draw = (seed: number, size: number): CostedUnits => {
      const random = stream(11, seed);
      const predicted = Float64Array.from({ length: size }, () => random.normal());
      return { actions: 1, predicted, costs: new Float64Array(size).fill(1), gains: predicted.map((value) => 0.5 * value + random.normal()), weight: new Float64Array(size).fill(1), cluster: null };
    };
    // E[0.5 z; z above its 80 % quantile] = 0.5 phi(z_0.8)
    const truth = 0.5 * Math.exp(-0.5 * 0.8416212335729143 ** 2) / Math.sqrt(2 * Math.PI);
    const covered = { gain: 0, advantage: 0 };
    for (let seed = 0; seed < REPLICATIONS; seed++) {
      const [{ gain, standardError, advantage }] = costCurve(draw(seed, 300), budget, 60, seed) as [CostCurvePoint];
      if (Math.abs(gain - truth) <= Z * standardError) covered.gain++;
      // at random, or not at all: worth nothing either way
      if (Math.abs(advantage!.estimate - truth) <= Z * advantage!.standardError) covered.advantage++;
    }
    for (const count of [covered.gain, covered.advantage]) expect(Math.abs(count / REPLICATIONS - 0.95)).toBeLessThan(BAND + 0.01); // 60 replicates leave the error itself uncertain by 9 %
  });

  it('gains what maq 0.6.0 says, with weights, by person and blindly', () => {
    const random = stream(91);
    const predicted = random.fillNormal(new Float64Array(80));
    const costs = random.fillUniform(new Float64Array(80)).map((value) => 0.2 + value);
    const gains = predicted.map((value) => value + 2 * random.normal());
    const weight = random.fillExponential(new Float64Array(40)).map((value) => value + 0.1);
    const points = costCurve({ actions: 2, predicted, costs, gains, weight, cluster: null }, [0.1, 0.25, 0.4, 0.9], 50, 1) as CostCurvePoint[];
    // average_gain(maq(reward, cost, DR.scores, sample.weights = w), budget), and the same with target.with.covariates = FALSE
    const byPerson = [0.61612290949563, 1.03225937228908, 1.0541356381858, 1.29361347354507];
    const blindly = [0.112537190949836, 0.281342977374589, 0.450148763799343, 0.823140877466941];
    points.forEach(({ gain, advantage }, k) => {
      expect(gain).toBeCloseTo(byPerson[k]!, 12);
      expect(gain - advantage!.estimate).toBeCloseTo(blindly[k]!, 12);
    });
  });

  it('has no advantage where everybody is treated either way', () => {
    const random = stream(13);
    const all = { actions: 1, predicted: new Float64Array(50).map(() => 1 + random.uniform()), costs: new Float64Array(50).fill(1), gains: new Float64Array(50).map(() => random.normal()), weight: new Float64Array(50).fill(1), cluster: null };
    const [some, every] = costCurve(all, [0.5, 1.5], 50, 1) as CostCurvePoint[];
    expect(some!.advantage!.standardError).toBeGreaterThan(0.01);
    expect(every!.advantage).toBeNull();
  });

  it.each([
    ['gains that do not vary', { gains: new Float64Array(8) }],
    ['predictions by which nothing gains', { predicted: new Float64Array(8).fill(-1) }],
    ['a cost of nothing', { costs: new Float64Array(8) }],
    ['a prediction that is not finite', { predicted: new Float64Array(8).fill(NaN) }],
    ['three independent groups', { cluster: Int32Array.of(0, 0, 1, 2) }],
    ['weights that are all 0', { weight: new Float64Array(4) }],
  ])('refuses %s', (_, change) => {
    expect(costCurve({ ...plain, ...change }, [1], 50, 1)).toMatchObject({ status: 'refused' });
  });
});
