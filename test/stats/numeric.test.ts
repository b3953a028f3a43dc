import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { binomialUpperTail } from '../../src/stats/numeric/binomial.js';
import { fUpperTail } from '../../src/stats/numeric/fisher-f.js';
import { betaLowerTail, betaUpperTail } from '../../src/stats/numeric/incomplete-beta.js';
import { chiSquareUpperTail, gammaLowerTail, gammaUpperTail } from '../../src/stats/numeric/incomplete-gamma.js';
import { logNormalUpperTail, normalCdf, normalUpperQuantile, normalUpperTail } from '../../src/stats/numeric/normal.js';
import { studentCdf, studentUpperQuantile, studentUpperTail } from '../../src/stats/numeric/student.js';

/** What is promised of every p-value, down to 1e-300. */
const RELATIVE = 1e-10;
type Row = readonly [readonly number[], number];
const vectors = JSON.parse(readFileSync(new URL('./vectors/distributions.json', import.meta.url), 'utf8')) as Record<string, Row[]>;

const tails: Record<string, (...a: number[]) => number> = {
  normalUpperTail, logNormalUpperTail, studentUpperTail, chiSquareUpperTail, fUpperTail, betaLowerTail, gammaLowerTail, gammaUpperTail, binomialUpperTail,
} as Record<string, (...a: number[]) => number>;

describe('distributions', () => {
  it('has vectors for every function it tests, and tests every vector', () => {
    expect(Object.keys(vectors).sort()).toEqual(Object.keys(tails).sort());
  });

  it.each(Object.entries(tails))('%s agrees with mpmath to 1e-10 relative down to 1e-300', (name, tail) => {
    const wrong = vectors[name]!.map(([at, expected]) => ({ at, expected, got: tail(...at) }))
      .filter(({ expected, got }) => !(Math.abs(got - expected) <= RELATIVE * Math.abs(expected)));
    expect(wrong).toEqual([]);
    expect(vectors[name]!.length).toBeGreaterThan(5);
  });

  it.each([0.3, 0.5, 0.7, 1, 1.5, 2, 8, 29.9, 30, 77.7, 1e3, 1e6])('studentUpperQuantile inverts studentUpperTail at %d degrees of freedom', (df) => {
    for (const p of [0.999, 0.7, 0.4999, 0.4, 0.26, 0.25, 0.2, 0.025, 0.0005, 1e-8, 1e-50, 1e-200]) {
      const t = studentUpperQuantile(p, df);
      if (t < 1e300) expect(Math.abs(studentUpperTail(t, df) / p - 1)).toBeLessThan(RELATIVE);
    }
  });

  it('normalUpperQuantile inverts normalUpperTail from the middle to 1e-300', () => {
    for (const p of [0.999, 0.7, 0.5, 0.49999, 0.3, 0.025, 0.001, 1e-9, 1e-30, 1e-300]) expect(Math.abs(normalUpperTail(normalUpperQuantile(p)) / p - 1)).toBeLessThan(1e-12);
    expect(normalUpperQuantile(0.025)).toBeCloseTo(1.959963984540054, 14);
    expect(normalUpperQuantile(0)).toBe(Infinity);
  });

  it('both tails sum to one', () => {
    for (const x of [-3, -0.2, 0, 0.7, 5]) {
      expect(normalCdf(x) + normalUpperTail(x)).toBeCloseTo(1, 15);
      expect(studentCdf(x, 3.3) + studentUpperTail(x, 3.3)).toBeCloseTo(1, 15);
    }
    expect(betaLowerTail(2, 5, 0.3) + betaUpperTail(2, 5, 0.3)).toBeCloseTo(1, 15);
    expect(gammaLowerTail(2.2, 3) + gammaUpperTail(2.2, 3)).toBeCloseTo(1, 15);
  });
});
