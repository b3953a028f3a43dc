import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { confidenceSequence } from '../../src/stats/inference/confidence-sequence.js';
import { hybrid } from '../../src/stats/inference/hybrid.js';
import { inferences } from '../../src/stats/inference/index.js';
import { alternatives, type Inference } from '../../src/stats/inference/inference.js';
import { mixtureSprt } from '../../src/stats/inference/mixture-sprt.js';
import { logLooks, standardEffect, standardisedPath } from './paths.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any method, whatever its options
type AnyInference = Inference<string, any>;
const methods: readonly (readonly [string, AnyInference, object])[] = [
  ['confidence_sequence', confidenceSequence, {}],
  ['mixture_sprt', mixtureSprt, {}],
  ['hybrid before its end', hybrid, {}],
  ['hybrid at its end', hybrid, { isPlannedEnd: true }],
];
/** Mean of simulated values and its standard error. */
function averageOf(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, error: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / values.length };
}
const state = fc.record({ z: fc.double({ min: -60, max: 60, noNaN: true }), n: fc.integer({ min: 2, max: 10_000_000 }), alternative: fc.constantFrom(...alternatives) });

describe('e-values beside p-values', () => {
  it('every anytime-valid method has e-values', () => {
    expect((inferences as readonly AnyInference[]).filter(({ anytimeValid, eValue }) => anytimeValid && !eValue)).toEqual([]);
  });

  it.each(methods)('%s: e-values are finite and at least 0, and 1 / e is no smaller than the p-value', (_, method, input) => {
    const options = method.options.parse(input);
    fc.assert(fc.property(state, ({ z, n, alternative }) => {
      const e = method.eValue!(standardEffect(z, n), 0, alternative, options);
      const p = method.pValue(standardEffect(z, n), 0, alternative, options);
      expect(Number.isFinite(e) && e >= 0 && p >= 0 && p <= 1).toBe(true);
      expect(Math.min(1, 1 / e)).toBeGreaterThanOrEqual(p * (1 - 1e-9));
    }), { seed: 11, numRuns: 1000 });
  });

  it.each(methods)('%s: the p-value is at most alpha exactly when the interval leaves out the null', (_, method, input) => {
    const options = method.options.parse(input);
    fc.assert(fc.property(state, fc.constantFrom(0.5, 0.05, 1e-6), ({ z, n, alternative }, alpha) => {
      const p = method.pValue(standardEffect(z, n), 0, alternative, options);
      const { lower, upper } = method.interval(standardEffect(z, n), alpha, alternative, options);
      if (Math.abs(p / alpha - 1) > 1e-9) expect(p <= alpha).toBe((lower !== null && lower > 0) || (upper !== null && upper < 0));
    }), { seed: 12, numRuns: 1000 });
  });

  it.each(methods.slice(0, 3))('%s: e-values average at most 1 under no effect when stopped at a time that the data choose', (_, method, input) => {
    const options = method.options.parse(input);
    const looks = logLooks(100, 100_000, 40);
    const paths = Array.from({ length: 1000 }, (_, path) => standardisedPath(61, path, looks));
    for (const alternative of ['two_sided', 'greater'] as const) {
      const { mean, error } = averageOf(paths.map((path) => {
        let e = 0;
        for (let k = 0; k < looks.length && e < 4; k++) e = method.eValue!(standardEffect(path[k]!, looks[k]!), 0, alternative, options);
        return e;
      }));
      expect(mean).toBeLessThanOrEqual(1 + 3 * error);
      expect(mean).toBeGreaterThan(0.1);
    }
  });

  it('a hybrid at its end averages at most 1 too', () => {
    const options = hybrid.options.parse({ isPlannedEnd: true });
    const { mean, error } = averageOf(Array.from({ length: 10_000 }, (_, path) => hybrid.eValue!(standardEffect(standardisedPath(62, path, [5000])[0]!, 5000), 0, 'two_sided', options)));
    expect(mean).toBeLessThanOrEqual(1 + 3 * error);
    expect(mean).toBeGreaterThan(0.1);
  });

  it('mixture_sprt with its scale as a lift: dollars or cents, lift or difference with its control value, one answer', () => {
    const options = mixtureSprt.options.parse({ scale: 0.05, unit: 'lift' });
    const difference = { estimate: 0.6, standardError: 0.2, degreesOfFreedom: null, n: 4000, baseline: 10 };
    const cents = { ...difference, estimate: 60, standardError: 20, baseline: 1000 };
    const negative = { ...difference, baseline: -10 };
    const p = mixtureSprt.pValue(difference, 0, 'two_sided', options);
    expect(p).toBeLessThan(0.2);
    expect(mixtureSprt.pValue(cents, 0, 'two_sided', options)).toBeCloseTo(p, 14);
    expect(mixtureSprt.pValue(negative, 0, 'two_sided', options)).toBe(p);
  });

  it('mixture_sprt refuses a lift scale for a difference without its control value', () => {
    const options = mixtureSprt.options.parse({ scale: 0.05, unit: 'lift' });
    expect(mixtureSprt.refusal!(standardEffect(3, 100), options)).toMatchObject({ status: 'refused', remedy: expect.stringContaining('unit: sd') });
    expect(mixtureSprt.interval(standardEffect(3, 100), 0.05, 'two_sided', options).shape).toBe('line');
    expect(mixtureSprt.pValue(standardEffect(3, 100), 0, 'two_sided', options)).toBe(1);
    expect(mixtureSprt.options.safeParse({ scale: 0 }).success).toBe(false);
  });

  it('mixture_sprt does not shrink its mixture with the data: its boundary grows without end', () => {
    const critical = [1e3, 1e5, 1e7, 1e9].map((n) => mixtureSprt.interval(standardEffect(0, n), 0.05, 'two_sided', mixtureSprt.options.parse({})).upper!);
    expect(critical[3]! - critical[2]!).toBeGreaterThan(0.3);
    expect(critical.slice(1).every((value, i) => i === 0 || value > critical[i]!)).toBe(true);
  });
});
