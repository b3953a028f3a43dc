import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatCount, formatCounted, formatDays, formatDifference, formatInstant, formatLift, formatList, formatP, formatPValue, formatShare, formatTick, formatValue } from '../../src/experiment/format.js';

describe('numbers as people read them', () => {
  it.each<[string, string, string]>([
    ['a count', formatCount(1_234_567), '1,234,567'],
    ['one unit', formatCounted(1, 'unit'), '1 unit'],
    ['many units', formatCounted(2000, 'unit'), '2,000 units'],
    ['a share', formatShare(0.05), '5%'],
    ['a share with decimals', formatShare(0.4986), '49.86%'],
    ['a small share', formatShare(0.000024), '0.0024%'],
    ['a lift', formatLift(0.061), '+6.10%'],
    ['a loss', formatLift(-0.0183), '−1.83%'],
    ['no lift', formatLift(0), '0%'],
    ['a tiny lift', formatLift(-0.0000321), '−0.00321%'],
    ['a great lift', formatLift(12.5), '+1,250.00%'],
    ['a tick', formatTick(0.30000000000000004), '+30%'],
    ['a value', formatValue(1234.56, 'EUR'), '1,235 EUR'],
    ['a value without a unit', formatValue(0.0217), '0.0217'],
    ['a tiny value', formatValue(3.2e-9), '3.20e-9'],
    ['a difference', formatDifference(-37.356, 'ms'), '−37.36 ms'],
    ['a p-value', formatPValue(0.00161), '0.0016'],
    ['a small p-value', formatPValue(0.0000321), '3.2e-5'],
    ['a p-value beyond telling', formatPValue(3e-17), '< 1e-16'],
    ['a p-value just below its level', formatPValue(0.04996, 0.05), '0.04996'],
    ['a p-value that is its level', formatPValue(0.05, 0.05), '0.05'],
    ['a p-value in a sentence', formatP(1e-20), 'p < 1e-16'],
    ['a day', formatInstant('2026-03-01T00:00:00Z'), '1 March 2026'],
    ['a time', formatInstant('2026-03-01T09:30:00+01:00'), '1 March 2026, 08:30 UTC'],
    ['days', formatDays(13.96), '13.9 days'],
    ['one day', formatDays(1), '1 day'],
    ['a list', formatList(['a', 'b', 'c']), 'a, b and c'],
  ])('%s', (_, seen, expected) => expect(seen).toBe(expected));

  it('a p-value never reads as its level, nor on the other side of it', () => fc.assert(fc.property(
    fc.double({ min: 1e-16, max: 1, noNaN: true }), fc.constantFrom(0.05, 0.01, 0.001), (p, level) => {
      fc.pre(p !== level);
      expect(Number(formatPValue(p, level)) < level).toBe(p < level);
    }), { seed: 31, numRuns: 2000 }));
  it('a lift reads back to half of its last digit', () => fc.assert(fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (lift) => {
    const read = Number(formatLift(lift).replace('−', '-').replace(/[%,]/g, '')) / 100;
    expect(Math.abs(read - lift)).toBeLessThanOrEqual(Math.max(0.000051, Math.abs(lift) * 0.006));
  }), { seed: 32, numRuns: 2000 }));
});
