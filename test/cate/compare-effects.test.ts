import { describe, expect, it } from '@jest/globals';
import { compareEffects } from '../../src/stats/cate/compare-effects.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal } from '../../src/stats/refusal.js';

const N = 600;

/** Effect 2 where a is above a half, else 0; `tell` is the arm itself or noise. */
function sampleOf(isTold: boolean) {
  const random = stream(3);
  const a = random.fillUniform(new Float64Array(N));
  const d = Float64Array.from(a, () => Number(random.bernoulli(0.5)));
  const tell = d.map((arm) => (isTold ? arm : 0) + random.uniform() / 2);
  const truth = a.map((value) => (value > 0.5 ? 2 : 0));
  const y = d.map((arm, i) => arm * truth[i]! + random.normal() / 2);
  return { truth, sample: { x: { n: N, names: ['a', 'tell'], columns: [a, tell] }, y, d, clusters: [] } };
}

describe('two models judged on rows of known outcome', () => {
  it('finds the truth nearer than its opposite', async () => {
    const { sample, truth } = sampleOf(false);
    const found = await compareEffects(sample, truth, truth.map((value) => 2 - value), 0.95, { seed: 1 });
    if (isRefusal(found)) throw new Error(found.detail);
    expect(found.n).toBeGreaterThan(0.9 * N);
    expect(found.loss.upper).toBeLessThan(0);
  });

  it('refuses rows whose covariates tell the arm, instead of judging by the few that are left', async () => {
    const { sample, truth } = sampleOf(true);
    expect(await compareEffects(sample, truth, truth.map((value) => 2 - value), 0.95, { seed: 1 })).toMatchObject({ status: 'refused', reason: 'no_overlap', detail: expect.stringMatching(/the covariates tell the arm/) });
  });
});
