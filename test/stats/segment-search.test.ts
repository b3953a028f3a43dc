import { describe, expect, it } from '@jest/globals';
import { searchSegments, type Candidate } from '../../src/stats/heterogeneity/segment-search.js';
import { stream } from '../../src/stats/numeric/random.js';

const OPTIONS = { fdr: 0.1, handed: 5 };
const RUNS = 400;
/** Three binomial standard errors of a rate of 0.1. */
const ABOVE = 0.1 + 3 * Math.sqrt((0.1 * 0.9) / RUNS);

/** Candidates that overlap as segments do: neighbours share half of their noise. */
function candidatesOf(run: number, differences: readonly number[]): Candidate[] {
  const random = stream(11, run);
  const noise = [0, 1].map(() => Array.from({ length: differences.length + 1 }, () => random.normal() / Math.SQRT2));
  return differences.map((difference, i) => {
    const half = (h: 0 | 1) => ({ estimate: difference + noise[h]![i]! + noise[h]![i + 1]!, standardError: 1 });
    return { halves: [half(0), half(1)] as const };
  });
}

describe('search for segments', () => {
  const nothing = new Array<number>(60).fill(0);
  const planted = nothing.map((_, i) => (i < 3 ? 5 : 0));

  it('finds anything at all in at most 10 % of experiments in which no segment differs', () => {
    let any = 0;
    for (let run = 0; run < RUNS; run++) any += Number(searchSegments(candidatesOf(run, nothing), OPTIONS).segments.some(({ isFound }) => isFound));
    expect(any / RUNS).toBeLessThan(ABOVE);
  });

  it('with segments that differ, at most 10 % of the finds are false and of their intervals miss, and most are found', () => {
    let falsely = 0;
    let missed = 0;
    let truly = 0;
    for (let run = 0; run < RUNS; run++) {
      const found = searchSegments(candidatesOf(run, planted), OPTIONS).segments.filter(({ isFound }) => isFound);
      falsely += found.filter(({ candidate }) => planted[candidate] === 0).length / Math.max(1, found.length);
      missed += found.filter(({ candidate, interval }) => planted[candidate]! < interval.lower || planted[candidate]! > interval.upper).length / Math.max(1, found.length);
      truly += found.filter(({ candidate }) => planted[candidate] !== 0).length / 3;
    }
    expect(falsely / RUNS).toBeLessThan(ABOVE);
    expect(missed / RUNS).toBeLessThan(ABOVE);
    expect(truly / RUNS).toBeGreaterThan(0.9);
  });

  it('leaves out 0 from the interval exactly when the segment is found, that is when its adjusted p-value is at most the rate', () => {
    const seen = new Set<boolean>();
    for (let run = 0; run < 200; run++) {
      for (const { isFound, adjustedPValue, interval } of searchSegments(candidatesOf(run, planted.map((d) => d * 0.7)), OPTIONS).segments) {
        expect(adjustedPValue <= OPTIONS.fdr).toBe(isFound);
        expect(interval.lower > 0 || interval.upper < 0).toBe(isFound);
        seen.add(isFound);
      }
    }
    expect(seen.size).toBe(2);
  });

  it('estimates from the halves that did not choose: without bias where nothing differs', () => {
    const estimates = Array.from({ length: 500 }, (_, run) => searchSegments(candidatesOf(run, nothing), { fdr: 0.1, handed: 1 }).segments).flat();
    const once = estimates.filter(({ candidate }) => candidate >= 0).map(({ estimate }) => Math.abs(estimate));
    // the largest of 60 differences lies near 2.3; what another half says of it, near 0.8
    expect(once.reduce((a, b) => a + b, 0) / once.length).toBeLessThan(0.95);
  });

  it('counts candidates without enough units in a half as not searched', () => {
    expect(searchSegments([{ halves: null }, { halves: null }], OPTIONS)).toEqual({ searched: 0, segments: [] });
  });
});
