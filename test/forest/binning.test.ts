import { describe, expect, it } from '@jest/globals';
import { binOf, binRows, chooseBins } from '../../src/stats/forest/binning.js';
import { stream } from '../../src/stats/numeric/random.js';

const random = stream(11);
const column = (n: number, draw: () => number) => Float64Array.from({ length: n }, draw);
const columns: Record<string, Float64Array> = {
  normal: column(3000, () => random.normal()),
  heavy: column(3000, () => random.normal() / random.uniform()),
  counts: column(3000, () => random.poisson(3)),
  zeros: column(3000, () => (random.uniform() < 0.9 ? 0 : random.exponential())),
  huge: column(3000, () => 1e15 + random.integer(40)),
  infinite: column(3000, () => (random.uniform() < 0.1 ? Infinity : random.uniform() < 0.1 ? -Infinity : random.normal())),
  missing: column(3000, () => (random.uniform() < 0.2 ? NaN : random.normal())),
  constant: column(3000, () => 4),
};

describe('binning', () => {
  it.each(Object.keys(columns))('a bin is the number of cuts below the value, 16 more when the feature has missing values: %s', (name) => {
    const x = columns[name]!;
    const binning = chooseBins([x]);
    const cuts = binning.cuts[0]!;
    const first = 16 * binning.hasMissing[0]!;
    const bins = binRows(binning, [x]);
    expect(first).toBe(x.some(Number.isNaN) ? 16 : 0);
    expect(cuts.length + first).toBeLessThan(256);
    x.forEach((value, i) => {
      const expected = Number.isNaN(value) ? 0 : cuts.filter((cut) => cut < value).length + first;
      if (bins[i] !== expected || binOf(binning, 0, value) !== expected) throw new Error(`value ${value} got bin ${bins[i]}, not ${expected}`);
    });
  });

  it('keeps every distinct value apart when there are at most 256', () => {
    const x = Float64Array.from({ length: 5000 }, (_, i) => (i < 250 ? i : 7));
    expect(new Set(binRows(chooseBins([x]), [x])).size).toBe(250);
  });

  it('fills quantile bins evenly', () => {
    const x = columns.normal!;
    const counts = new Int32Array(256);
    for (const bin of binRows(chooseBins([x]), [x])) counts[bin]!++;
    expect(Math.max(...counts)).toBeLessThanOrEqual(14);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(10);
  });

  it('lays rows of several columns side by side', () => {
    const binning = chooseBins([columns.normal!, columns.counts!]);
    const bins = binRows(binning, [columns.normal!, columns.counts!]);
    expect([bins[20], bins[21]]).toEqual([binOf(binning, 0, columns.normal![10]!), binOf(binning, 1, columns.counts![10]!)]);
  });
});
