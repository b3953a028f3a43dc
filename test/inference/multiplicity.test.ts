import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Correction } from '../../src/stats/corrections/correction.js';
import { corrections } from '../../src/stats/corrections/index.js';
import { simultaneousSet } from '../../src/stats/corrections/simultaneous.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import { mixtureSprt } from '../../src/stats/inference/mixture-sprt.js';
import { normalUpperTail } from '../../src/stats/numeric/normal.js';
import { stream } from '../../src/stats/numeric/random.js';
import { logLooks, standardEffect, standardisedPath, threeErrors } from './paths.js';

const ALPHA = 0.05;
const near = (got: readonly number[], expected: readonly number[]): void => got.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));

describe('adjusted p-values', () => {
  const p = [0.01, 0.04, 0.03, 0.005, 0.55, 0.6];
  it('bonferroni, hochberg and benjamini_yekutieli of six p-values, by hand', () => {
    near(corrections.bonferroni.correct(p, ALPHA).pValues, [0.06, 0.24, 0.18, 0.03, 1, 1]);
    // step up from the largest: 1 x 0.6, 2 x 0.55 (no less), 3 x 0.04, 4 x 0.03, 5 x 0.01, 6 x 0.005
    near(corrections.hochberg.correct(p, ALPHA).pValues, [0.05, 0.12, 0.12, 0.03, 0.6, 0.6]);
    const harmonic = 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5 + 1 / 6;
    near(corrections.benjamini_yekutieli.correct(p, ALPHA).pValues, [0.03, 0.06, 0.06, 0.03, 0.6, 0.6].map((value) => Math.min(1, value * harmonic)));
  });

  it('e_benjamini_hochberg on 1 / e rejects the k* largest e-values, k* the largest k with k of them at m / (k alpha) or more', () => {
    const eValue = fc.double({ min: -3, max: 8, noNaN: true }).map((log) => Math.exp(log));
    fc.assert(fc.property(fc.array(eValue, { minLength: 1, maxLength: 15 }), (e) => {
      const sorted = [...e].sort((a, b) => b - a);
      let most = 0;
      for (let k = 1; k <= e.length; k++) if (sorted[k - 1]! >= e.length / (k * ALPHA)) most = k;
      const { rejected } = corrections.e_benjamini_hochberg.correct(e.map((value) => Math.min(1, 1 / value)), ALPHA);
      expect(rejected.filter(Boolean).length).toBe(most);
    }), { seed: 2, numRuns: 500 });
  });

  it('gatekeeping closes the second tier until the first is wholly rejected', () => {
    const shut = corrections.gatekeeping.correct([0.01, 0.2, 1e-9], ALPHA, [0, 0, 1]);
    expect(shut.rejected).toEqual([true, false, false]);
    near(shut.pValues, [0.02, 0.2, 0.2]);
    expect(shut.reach).toEqual(['open', 'open', 'line']);
    const open = corrections.gatekeeping.correct([0.01, 0.03, 0.04, 0.9], ALPHA, [0, 0, 1, 1]);
    expect(open.rejected).toEqual([true, true, false, false]);
    near(open.pValues, [0.02, 0.03, 0.08, 0.9]);
  });

  it('parallel gatekeeping passes on the alpha of what is rejected', () => {
    // tier 0 at alpha / 2 each: one rejected, so tier 1 has alpha / 2: Holm with 2 x 0.01 <= 0.025
    const { rejected, pValues } = corrections.parallel_gatekeeping.correct([0.001, 0.4, 0.01, 0.02], ALPHA, [0, 0, 1, 1]);
    expect(rejected).toEqual([true, false, true, true]);
    near(pValues, [0.002, 0.8, 0.04, 0.04]);
    expect(corrections.parallel_gatekeeping.correct([0.03, 0.4, 1e-9], ALPHA, [0, 0, 1]).rejected).toEqual([false, false, false]);
  });

  it('an adjusted p-value is the smallest alpha at which the row is rejected, with tiers too', () => {
    const rows = fc.array(fc.record({ p: fc.double({ min: 1e-4, max: 1, noNaN: true }), tier: fc.integer({ min: 0, max: 2 }) }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(rows, fc.constantFrom<Correction>(...Object.values(corrections)), fc.double({ min: 0.001, max: 0.5, noNaN: true }), (list, correction, alpha) => {
      const [p, tiers] = [list.map((row) => row.p), list.map((row) => row.tier)];
      const adjusted = correction.correct(p, ALPHA, tiers).pValues;
      if (adjusted.some((value) => Math.abs(value - alpha) < 1e-9)) return;
      expect(correction.correct(p, alpha, tiers).rejected).toEqual(adjusted.map((value) => value <= alpha));
    }), { seed: 9, numRuns: 1500 });
  });

  it('with tiers, a row is rejected exactly when its simultaneous set leaves out the null', () => {
    const rows = fc.array(fc.record({ z: fc.double({ min: -7, max: 7, noNaN: true }).filter((z) => z !== 0), tier: fc.integer({ min: 0, max: 2 }) }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(rows, fc.constantFrom(corrections.gatekeeping, corrections.parallel_gatekeeping), (list, correction) => {
      const { rejected, levels, reach } = correction.correct(list.map(({ z }) => 2 * normalUpperTail(Math.abs(z))), ALPHA, list.map(({ tier }) => tier));
      const excludes = list.map(({ z }, i) => {
        const { lower, upper } = simultaneousSet(() => fixed.interval(standardEffect(z, 100), levels[i]!, 'two_sided', {}), z, 0, rejected[i]!, reach[i]!);
        return (lower !== null && lower >= 0) || (upper !== null && upper <= 0);
      });
      expect(excludes).toEqual(rejected);
    }), { seed: 10, numRuns: 1500 });
  });
});

/** Estimates with common correlation around the truths. */
function estimatesAt(truths: readonly number[], correlation: number, seed: number, replicate: number): number[] {
  const random = stream(seed, replicate);
  const common = random.normal();
  return truths.map((truth, i) => truth + (correlation < 0 ? (i % 2 ? 1 : -1) : 1) * Math.sqrt(Math.abs(correlation)) * common + Math.sqrt(1 - Math.abs(correlation)) * random.normal());
}
const REPLICATIONS = 4000;
const truths = [0, 0, 0, 2.5, 4, 0];
const tiers = [0, 1, 1, 0, 0, 2];

describe('error rates of families, simulated', () => {
  const familywise = ['bonferroni', 'holm', 'hochberg', 'gatekeeping', 'parallel_gatekeeping'] as const;
  it.each(familywise.flatMap((name) => [0, 0.6].map((correlation) => [name, correlation] as const)))('%s, correlation %d: any false rejection in at most 5 %% of families, and all sets cover in at least 95 %%', (name, correlation) => {
    let wrong = 0;
    let uncovered = 0;
    for (let r = 0; r < REPLICATIONS; r++) {
      const z = estimatesAt(truths, correlation, 51, r);
      const { rejected, levels, reach } = corrections[name].correct(z.map((value) => 2 * normalUpperTail(Math.abs(value))), ALPHA, tiers);
      if (rejected.some((isRejected, i) => isRejected && truths[i] === 0)) wrong++;
      const covers = z.every((value, i) => {
        const { lower, upper } = simultaneousSet(() => fixed.interval(standardEffect(value, 100), levels[i]!, 'two_sided', {}), value, 0, rejected[i]!, reach[i]!);
        // an end cut at the null is not part of the set
        return (lower === null || (rejected[i] && lower === 0 ? truths[i]! > 0 : lower <= truths[i]!)) && (upper === null || (rejected[i] && upper === 0 ? truths[i]! < 0 : upper >= truths[i]!));
      });
      if (!covers) uncovered++;
    }
    expect(wrong / REPLICATIONS).toBeLessThanOrEqual(ALPHA + threeErrors(ALPHA, REPLICATIONS));
    expect(uncovered / REPLICATIONS).toBeLessThanOrEqual(ALPHA + threeErrors(ALPHA, REPLICATIONS));
  });

  it('hochberg rejects all that holm does, and sometimes more', () => {
    let more = 0;
    for (let r = 0; r < 2000; r++) {
      const p = estimatesAt([1.8, 2, 2.2, 2], 0.3, 52, r).map((value) => 2 * normalUpperTail(Math.abs(value)));
      const [holm, hochberg] = [corrections.holm.correct(p, ALPHA).rejected, corrections.hochberg.correct(p, ALPHA).rejected];
      expect(holm.every((isRejected, i) => !isRejected || hochberg[i])).toBe(true);
      if (hochberg.filter(Boolean).length > holm.filter(Boolean).length) more++;
    }
    expect(more).toBeGreaterThan(20);
  });

  it('benjamini_yekutieli: false discovery rate and share of missing intervals at most 5 % under negative dependence', () => {
    const many = [...Array.from({ length: 14 }, () => 0), 3, 3, 4, 4, 3, 3];
    let discovery = 0;
    let coverage = 0;
    for (let r = 0; r < REPLICATIONS; r++) {
      const z = estimatesAt(many, -0.8, 53, r);
      const { rejected, levels } = corrections.benjamini_yekutieli.correct(z.map((value) => 2 * normalUpperTail(Math.abs(value))), ALPHA);
      const found = Math.max(1, rejected.filter(Boolean).length);
      discovery += rejected.filter((isRejected, i) => isRejected && many[i] === 0).length / found;
      coverage += rejected.filter((isRejected, i) => {
        const { lower, upper } = fixed.interval(standardEffect(z[i]!, 100), levels[i]!, 'two_sided', {});
        return isRejected && (lower! > many[i]! || upper! < many[i]!);
      }).length / found;
    }
    expect(discovery / REPLICATIONS).toBeLessThanOrEqual(ALPHA);
    expect(coverage / REPLICATIONS).toBeLessThanOrEqual(ALPHA);
  });

  it('e_benjamini_hochberg: false discovery rate at most 5 % over metrics that share their users, each stopped at a time of its own', () => {
    const looks = logLooks(200, 20_000, 40);
    const options = mixtureSprt.options.parse({});
    const drifts = [0, 0, 0, 0, 0, 0, 0.03, 0.04];
    let discovery = 0;
    let found = 0;
    for (let r = 0; r < 400; r++) {
      const common = standardisedPath(54, r, looks);
      const p = drifts.map((drift, i) => {
        const own = standardisedPath(55, r * drifts.length + i, looks);
        const e = looks.map((n, k) => mixtureSprt.eValue!(standardEffect(drift * Math.sqrt(n) + Math.SQRT1_2 * (common[k]! + own[k]!), n), 0, 'two_sided', options));
        // stopped as soon as it could be rejected alone, or at the end
        return Math.min(1, 1 / (e.find((value) => value >= drifts.length / ALPHA) ?? e.at(-1)!));
      });
      const { rejected } = corrections.e_benjamini_hochberg.correct(p, ALPHA);
      discovery += rejected.filter((isRejected, i) => isRejected && drifts[i] === 0).length / Math.max(1, rejected.filter(Boolean).length);
      found += Number(rejected[7]);
    }
    expect(discovery / 400).toBeLessThanOrEqual(ALPHA);
    expect(found / 400).toBeGreaterThan(0.5);
  });
});
