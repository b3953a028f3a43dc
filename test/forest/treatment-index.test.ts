import { describe, expect, it } from '@jest/globals';
import { treatmentIndex } from '../../src/stats/forest/treatment-index.js';
import { stream } from '../../src/stats/numeric/random.js';

const N = 2000;
const random = stream(11);
const column = () => Float64Array.from({ length: N }, () => random.normal());
const x = [column(), column(), column()];
const probability = x[0]!.map((value, i) => 1 / (1 + Math.exp(-(value + x[1]![i]!))));
const w = probability.map((p) => (random.bernoulli(p) ? 1 : 0));
const correlation = (a: Float64Array, b: Float64Array) => {
  const mean = (v: Float64Array) => v.reduce((sum, value) => sum + value, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number) => a.reduce((total, _, i) => total + f(i), 0);
  return sum((i) => (a[i]! - ma) * (b[i]! - mb)) / Math.sqrt(sum((i) => (a[i]! - ma) ** 2) * sum((i) => (b[i]! - mb) ** 2));
};

describe('treatmentIndex', () => {
  it('ranks units by their propensity where it moves along a direction', () => {
    expect(correlation(treatmentIndex({ x }, w, 1)!, probability)).toBeGreaterThan(0.95);
  });

  it('of a randomised treatment is left out', () => {
    const toss = Float64Array.from({ length: N }, () => (random.bernoulli(0.5) ? 1 : 0));
    expect(treatmentIndex({ x }, toss, 1)).toBeNull();
  });

  it('of a unit does not know the unit\'s own treatment, nor its cluster\'s', () => {
    const cluster = Int32Array.from(w, (_, i) => Math.floor(i / 20));
    const flipped = w.map((value, i) => (cluster[i] === 7 ? 1 - value : value));
    const rows = [...w.keys()].filter((i) => cluster[i] === 7);
    const [before, after] = [treatmentIndex({ x, cluster }, w, 1)!, treatmentIndex({ x, cluster }, flipped, 1)!];
    for (const row of rows) expect(after[row]).toBeCloseTo(before[row]!, 12);
    expect(before.some((value, i) => Math.abs(value - after[i]!) > 1e-6)).toBe(true);
  });

  it('is finite with missing values, constant and collinear columns, and leaves categories alone', () => {
    const gaps = x[0]!.map((value, i) => (i % 5 === 0 ? NaN : value));
    const index = treatmentIndex({ x: [gaps, x[1]!, x[1]!, new Float64Array(N).fill(3), new Float64Array(N).fill(NaN)], categorical: [3] }, w, 1)!;
    expect(index.every(Number.isFinite)).toBe(true);
    expect(treatmentIndex({ x: [x[0]!], categorical: [0] }, w, 1)).toBeNull();
  });
});
