import { describe, expect, it } from '@jest/globals';
import { runEstimator } from '../../src/stats/estimators/run-estimator.js';
import { stream } from '../../src/stats/numeric/random.js';
import { frameOf } from '../../src/stats/summaries/frame.js';
import { numericOf } from '../stats/data.js';

const n = 600;
const random = stream(8);
const x = random.fillNormal(new Float64Array(n));
const gain = x.map((value) => value + 0.5 * random.normal());
interface Worth { readonly value: { readonly estimate: number } | null; readonly advantages: readonly { readonly difference: { readonly estimate: number; readonly pValue: number } | null }[]; readonly share: number }

async function run(columns: Readonly<Record<string, ArrayLike<number>>>, roles: Readonly<Record<string, string | readonly string[]>>, options: object = {}, estimator = 'policy_classifier'): Promise<Worth> {
  const answer = await runEstimator({ estimator, data: frameOf(Object.entries(columns).map(([name, values]) => numericOf(name, values))), columns: { covariates: 'x', ...roles }, options }, { seed: 1 });
  if ('refusal' in answer) throw new Error(`${answer.refusal.reason}: ${answer.refusal.detail}`);
  return answer.result as unknown as Worth;
}

describe('policy_classifier', () => {
  const rewards = ['nothing', 'gain'];
  const nothing = new Float64Array(n);

  it('treats who gains, and is worth what they gain: E[max(x, 0)] of a normal x is 0.399', async () => {
    const { value, advantages, share } = await run({ x, nothing, gain }, { rewards }, { learner: { name: 'logistic' } });
    expect(Math.abs(value!.estimate - 0.399)).toBeLessThan(0.08);
    expect(Math.abs(share - 0.5)).toBeLessThan(0.08);
    for (const { difference } of advantages) expect(difference!.pValue).toBeLessThan(0.001);
  });

  it('weighs units by what their choice matters: rare large losses outweigh frequent small gains', async () => {
    const group = x.map((_, i) => i % 2);
    const risky = group.map((value, i) => (value === 1 ? (i % 10 === 1 ? -20 : 1) : 1));
    const { share, value } = await run({ x: group, nothing, gain: risky }, { rewards });
    expect(share).toBeCloseTo(0.5, 10);
    expect(value!.estimate).toBeCloseTo(0.5, 10);
  });

  it('gives all the same where nobody gains by the other, and compares it with itself by nothing', async () => {
    const { share, value, advantages } = await run({ x, nothing, gain: x.map((value) => Math.abs(value) + 1) }, { rewards });
    expect(share).toBe(1);
    expect(value!.estimate).toBeGreaterThan(1);
    expect(advantages[1]!.difference).toBeNull();
  });

  it.each(['policy_classifier', 'policy_tree'])('%s has no value over control to tell where nobody should be treated', async (estimator) => {
    const { value, advantages } = await run({ x, nothing, gain: x.map((each) => -Math.abs(each) - 1) }, { rewards }, {}, estimator);
    expect([value, advantages[0]!.difference]).toEqual([null, null]);
    expect(advantages[1]!.difference!.estimate).toBeGreaterThan(1);
  });

  it('promises nothing of noise: its value on units that it was not learned from is about 0', async () => {
    const noise = x.map(() => random.normal());
    const { value } = await run({ x, nothing, gain: noise }, { rewards }, { learner: { name: 'boosting', trees: 50 } });
    expect(Math.abs(value!.estimate)).toBeLessThan(0.1);
  });

  it('refuses more than two actions', async () => {
    await expect(run({ x, nothing, gain, other: gain }, { rewards: [...rewards, 'other'] })).rejects.toThrow(/chooses between two actions; got 3/);
  });
});
