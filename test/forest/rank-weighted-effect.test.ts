import { describe, expect, it } from '@jest/globals';
import { rankWeightedEffect, type RankedRows, type RateOptions } from '../../src/stats/forest/rank-weighted-effect.js';
import { stream } from '../../src/stats/numeric/random.js';
import { isRefusal } from '../../src/stats/refusal.js';

const options: RateOptions = { target: 'autoc', replicates: 200, fractions: [0.25, 0.5, 1], level: 0.95, seed: 1 };

function rate(ranked: RankedRows, changes: Partial<RateOptions> = {}) {
  const answer = rankWeightedEffect(ranked, { ...options, ...changes });
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
}

describe('rank-weighted average treatment effects', () => {
  it('are the areas of the definition: mean over i of TOC(i / n), for Qini weighted by i / n', () => {
    const scores = Float64Array.of(4, -1, 2, 0, 1, 3);
    const priorities = Float64Array.of(6, 1, 5, 2, 3, 4);
    const byRank = [4, 2, 3, 1, 0, -1];
    const toc = byRank.map((_, i) => byRank.slice(0, i + 1).reduce((a, b) => a + b) / (i + 1) - 1.5);
    expect(rate({ scores, priorities }).estimate).toBeCloseTo(toc.reduce((a, b) => a + b) / 6, 14);
    expect(rate({ scores, priorities }, { target: 'qini' }).estimate).toBeCloseTo(toc.reduce((sum, value, i) => sum + (value * (i + 1)) / 6, 0) / 6, 14);
    const curve = rate({ scores, priorities }).toc;
    expect(curve[1]!.estimate).toBeCloseTo(toc[2]!, 14);
    expect(curve[0]!.estimate).toBeCloseTo((4 + 0.5 * 2) / 1.5 - 1.5, 14);
    expect(curve[2]!.estimate).toBeCloseTo(0, 14);
  });

  it('are those of grf 2.6.1, with ties and weights', () => {
    const random = stream(91);
    random.fillNormal(new Float64Array(80));
    random.fillUniform(new Float64Array(80));
    random.fillNormal(new Float64Array(80));
    const weight = random.fillExponential(new Float64Array(40)).map((value) => value + 0.1);
    const scores = random.fillNormal(new Float64Array(40));
    const priorities = Float64Array.from({ length: 40 }, () => random.integer(7));
    // rank_average_treatment_effect.fit(scores, priorities, target, q = c(0.1, 0.35, 0.7, 1), sample.weights = w)
    const fractions = [0.1, 0.35, 0.7];
    const autoc = rate({ scores, priorities, weight }, { fractions });
    expect(autoc.estimate).toBeCloseTo(-0.0585306470157176, 12);
    [-0.158998357155386, -0.139286186549408, 0.0206829147048664].forEach((value, k) => expect(autoc.toc[k]!.estimate).toBeCloseTo(value, 12));
    expect(rate({ scores, priorities, weight }, { target: 'qini', fractions }).estimate).toBeCloseTo(-0.00942234239706614, 12);
  });

  it('give rows of equal priority their mean score, and nothing to a ranking of equals', () => {
    const scores = Float64Array.of(4, -1, 2, 0, 1, 3, 7, 2);
    expect(rate({ scores, priorities: scores.map(() => 1) }).estimate).toBeCloseTo(0, 14);
    const priorities = Float64Array.of(2, 2, 1, 1, 1, 1, 1, 1);
    expect(rate({ scores, priorities }).estimate).toBe(rate({ scores: scores.with(0, -1).with(1, 4), priorities }).estimate);
  });

  it('read a weight of two as two rows', () => {
    const scores = Float64Array.of(4, -1, 2, 0, 1);
    const priorities = Float64Array.of(5, 4, 3, 2, 1);
    const weight = Float64Array.of(2, 1, 1, 1, 1);
    const doubled = { scores: Float64Array.of(4, 4, -1, 2, 0, 1), priorities: Float64Array.of(5, 5, 4, 3, 2, 1) };
    const fractions = [0.5, 1];
    expect(rate({ scores, priorities, weight }, { fractions }).toc.map((point) => point.estimate)).toEqual(
      rate(doubled, { fractions }).toc.map((point) => expect.closeTo(point.estimate, 12)));
  });

  it('of a ranking by noise have uniform p-values, clustered or not', () => {
    for (const clustered of [false, true]) {
      let rejections = 0;
      const replications = 200;
      for (let r = 0; r < replications; r++) {
        const random = stream(500 + r);
        const shocks = random.fillNormal(new Float64Array(60));
        const cluster = Int32Array.from({ length: 300 }, (_, i) => i % 60);
        const scores = Float64Array.from(cluster, (code) => (clustered ? shocks[code]! : 0) + random.normal());
        const own = random.fillNormal(new Float64Array(60));
        const priorities = Float64Array.from(cluster, (code) => (clustered ? own[code]! : random.normal()));
        if (rate({ scores, priorities, cluster: clustered ? cluster : null }, { replicates: 100 }).pValue < 0.05) rejections++;
      }
      // 0.05 plus three binomial standard errors, and the small-sample excess of a bootstrap of 60 clusters
      expect(rejections / replications).toBeLessThan(0.1);
      expect(rejections / replications).toBeGreaterThan(0.004);
    }
  });

  it('refuse scores that are not finite and fewer than four groups', () => {
    expect(rankWeightedEffect({ scores: Float64Array.of(1, NaN, 2, 3), priorities: Float64Array.of(1, 2, 3, 4) }, options)).toMatchObject({ reason: 'not_finite' });
    expect(rankWeightedEffect({ scores: Float64Array.of(1, 2, 3), priorities: Float64Array.of(1, 2, 3) }, options)).toMatchObject({ reason: 'too_few_units' });
  });
});
