import { describe, expect, it } from '@jest/globals';
import { doublyRobustLoss, lossDifference } from '../../src/stats/cate/doubly-robust-loss.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered } from '../forest/shared.js';

/** Scores of tau(x) = x with noise of standard deviation 3; rows of a cluster share their noise. */
function judges(n: number, seed: number, size = 1) {
  const random = stream(seed);
  const tau = random.fillNormal(new Float64Array(n));
  const codes = Int32Array.from(tau, (_, i) => Math.floor(i / size));
  const noise = random.fillNormal(new Float64Array(n));
  const scores = tau.map((value, i) => value + 3 * noise[codes[i]!]!);
  return { tau, scores, weight: new Float64Array(n).fill(1), groups: { codes: size > 1 ? codes : null, count: Math.ceil(n / size) } };
}

describe('doubly robust loss of predicted effects', () => {
  it('differs between two predictions by what their losses differ by', () => {
    const { tau, ...rows } = judges(500, 1);
    const [near, far] = [tau.map((value) => 0.9 * value), tau.map(() => 0)];
    const gap = answered(doublyRobustLoss(rows, near)).estimate - answered(doublyRobustLoss(rows, far)).estimate;
    expect(answered(lossDifference(rows, near, far)).estimate).toBeCloseTo(gap, 12);
    expect(answered(lossDifference(rows, far, near)).estimate).toBeCloseTo(-gap, 12);
    expect(answered(lossDifference(rows, near, near))).toEqual({ estimate: 0, standardError: 0 });
  });

  it.each([1, 5])('intervals of the difference cover the difference of mean squared errors; rows a cluster: %s', (size) => {
    const replications = 400;
    let covered = 0;
    for (let r = 0; r < replications; r++) {
      const { tau, ...rows } = judges(400, 100 + r, size);
      // E[(0.5 X - X)^2] - E[X^2] = 0.25 - 1
      const { estimate, standardError } = answered(lossDifference(rows, tau.map((value) => 0.5 * value), tau.map(() => 0)));
      if (Math.abs(estimate + 0.75) < 1.98 * standardError) covered++;
    }
    // 0.95 less and plus four binomial standard errors
    expect(covered / replications).toBeGreaterThan(0.906);
    expect(covered / replications).toBeLessThan(0.994);
  });

  it('refuses predictions that are not finite, and one group', () => {
    const { tau, ...rows } = judges(10, 1, 10);
    expect(doublyRobustLoss(rows, tau)).toMatchObject({ reason: 'too_few_units' });
    expect(doublyRobustLoss(judges(10, 1), tau.with(0, NaN))).toMatchObject({ reason: 'not_finite' });
  });
});
