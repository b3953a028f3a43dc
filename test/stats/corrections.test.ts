import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { corrections } from '../../src/stats/corrections/index.js';
import { simultaneousSet } from '../../src/stats/corrections/simultaneous.js';
import type { Effect } from '../../src/stats/effects/effect.js';
import { confidenceSequence } from '../../src/stats/inference/confidence-sequence.js';
import { fixed } from '../../src/stats/inference/fixed.js';
import type { ConfidenceSet } from '../../src/stats/inference/inference.js';
import { stream } from '../../src/stats/numeric/random.js';

const ALPHA = 0.05;
const effectOf = (estimate: number): Effect => ({ estimate, standardError: 1, degreesOfFreedom: null, n: 10_000 });
/** An end that equals the null was cut there, and the null is not in the set. */
const excludesZero = ({ lower, upper }: ConfidenceSet): boolean => (lower !== null && lower >= 0) || (upper !== null && upper <= 0);
const covers = ({ lower, upper }: ConfidenceSet, truth: number): boolean => (lower === null || lower <= truth) && (upper === null || upper >= truth);

const methods = {
  fixed: { pValue: (e: Effect) => fixed.pValue(e, 0, 'two_sided', {}), interval: (e: Effect, a: number) => fixed.interval(e, a, 'two_sided', {}) },
  confidence_sequence: {
    pValue: (e: Effect) => confidenceSequence.pValue(e, 0, 'two_sided', { tuningUnits: 5000, designAlpha: ALPHA }),
    interval: (e: Effect, a: number) => confidenceSequence.interval(e, a, 'two_sided', { tuningUnits: 5000, designAlpha: ALPHA }),
  },
};

function family(correction: keyof typeof corrections, method: keyof typeof methods, estimates: readonly number[]) {
  const effects = estimates.map(effectOf);
  const corrected = corrections[correction].correct(effects.map(methods[method].pValue), ALPHA);
  const sets = effects.map((effect, i) => simultaneousSet(() => methods[method].interval(effect, corrected.levels[i]!), effect.estimate, 0, corrected.rejected[i]!, corrected.reach[i]!));
  return { ...corrected, sets };
}

const pairs = Object.keys(corrections).flatMap((c) => Object.keys(methods).map((m) => [c, m] as [keyof typeof corrections, keyof typeof methods]));

describe('corrections', () => {
  // R: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), 'holm'), 'BH'
  it('holm and benjamini_hochberg give R\'s p.adjust', () => {
    const p = [0.03, 0.01, 0.05, 0.02, 0.04];
    const close = (got: readonly number[], expected: readonly number[]) => got.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 14));
    close(corrections.holm.correct(p, ALPHA).pValues, [0.09, 0.05, 0.09, 0.08, 0.09]);
    close(corrections.benjamini_hochberg.correct(p, ALPHA).pValues, [0.05, 0.05, 0.05, 0.05, 0.05]);
  });

  it.each(pairs)('%s with %s: a row is rejected if and only if its simultaneous set excludes the null', (correction, method) => {
    const estimate = fc.double({ min: -8, max: 8, noNaN: true }).filter((value) => value !== 0);
    fc.assert(fc.property(fc.array(estimate, { minLength: 1, maxLength: 12 }), (estimates) => {
      const { rejected, sets } = family(correction, method, estimates);
      expect(sets.map(excludesZero)).toEqual(rejected);
    }), { seed: 7, numRuns: 700 });
  });

  it.each([0.3, -0.3, 4])('holm keeps the interval of a family of one row, estimate %d', (estimate) => {
    const { sets } = family('holm', 'fixed', [estimate]);
    const { sets: alone } = family('none', 'fixed', [estimate]);
    expect(sets).toEqual(alone);
  });

  it('holm leaves rejected rows their side of the null only, while others are not rejected', () => {
    const { sets, rejected } = family('holm', 'fixed', [5, -6, 0.3]);
    expect(rejected).toEqual([true, true, false]);
    expect(sets.slice(0, 2)).toEqual([{ shape: 'interval', lower: 0, upper: null }, { shape: 'interval', lower: null, upper: 0 }]);
    expect(sets[2]!.lower! - 0.3).toBeCloseTo(-1.959963984540054, 12);
    expect(sets[2]!.upper).toBeNull();
  });

  it('an empty family stays empty', () => {
    expect(corrections.holm.correct([], ALPHA)).toEqual({ pValues: [], rejected: [], levels: [], reach: [] });
  });

  const RUNS = 4000;
  const slack = 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);
  it.each([[[0, 0, 0, 0, 0]], [[0, 0, 2, 3, 6]], [[4, 4, 4, 4, 4]], [[0, 4, 4, 4, 4]], [[0.3, -0.3, 2.5, 3.5, 9]], [[0, 9, 9, 9, 9]], [[0.2, 0.2, 9, 9, -9]]])('holm\'s sets cover all of %j together in 95 %', (truths) => {
    const random = stream(31);
    let misses = 0;
    for (let run = 0; run < RUNS; run++) {
      const { sets } = family('holm', 'fixed', truths.map((truth) => truth + random.normal()));
      // a set that was cut at the null does not hold it
      if (!sets.every((set, i) => covers(set, truths[i]!) && !(truths[i] === 0 && excludesZero(set)))) misses++;
    }
    expect(misses / RUNS).toBeLessThanOrEqual(ALPHA + slack);
  });

  it.each([[[0, 0, 0, 0, 0]], [[0, 0, 2, 3, 6]], [[0, 0, 0, 1, 3]]])('benjamini_hochberg\'s sets miss at most 5 %% of the rejected rows of %j on average', (truths) => {
    const random = stream(32);
    let share = 0;
    for (let run = 0; run < RUNS; run++) {
      const { sets, rejected } = family('benjamini_hochberg', 'fixed', truths.map((truth) => truth + random.normal()));
      const count = rejected.filter(Boolean).length;
      const missed = rejected.filter((isRejected, i) => isRejected && (!covers(sets[i]!, truths[i]!) || truths[i] === 0)).length;
      share += count === 0 ? 0 : missed / count;
    }
    expect(share / RUNS).toBeLessThanOrEqual(ALPHA + slack);
  });
});
