import { increasingRoot } from '../numeric/increasing-root.js';
import { LARGEST_E_VALUE } from '../inference/e-value.js';
import { logMixtureRatio } from '../inference/mixture-sprt.js';

/** An effect in a part less that in the rest, in one half of the units. */
export interface HalfContrast { readonly estimate: number; readonly standardError: number }

/** A part of the units, as two independent halves of them saw it; both null where a half has too few units. */
export interface Candidate { readonly halves: readonly [HalfContrast, HalfContrast] | null }

export interface SegmentSearchOptions {
  /** false discovery rate */
  readonly fdr: number;
  /** candidates that one half hands to the other, at most */
  readonly handed: number;
}

/** What the halves say of one candidate. */
export interface SearchedSegment {
  /** index in the candidates */
  readonly candidate: number;
  /** compound e-value: over all candidates without a difference their mean is at most 1 */
  readonly eValue: number;
  /** smallest false discovery rate at which it is found */
  readonly adjustedPValue: number;
  readonly isFound: boolean;
  /** from the halves that did not choose it, so that choosing does not flatter it */
  readonly estimate: number;
  /** false coverage rate over the found at most `fdr`; leaves out 0 exactly when it is found */
  readonly interval: { readonly lower: number; readonly upper: number };
  /** halves that tested it: those in which it was not chosen, or both */
  readonly testedBy: readonly (0 | 1)[];
}

export interface SegmentSearch {
  /** candidates with enough units */
  readonly searched: number;
  /** those that a half chose, the strongest first */
  readonly segments: readonly SearchedSegment[];
}

/** A candidate with a smaller standardised difference in one half is not worth a place in the other. */
const LEAST_DISTANCE = 1;
/** Variance of the mixture over that of the estimate: best for differences of 3 to 4 standard errors. */
const MIXTURE = 10;

/**
 * Which parts of the units differ from the rest: each half of the units chooses candidates, the other half tests them, both ways.
 *
 * In the half that did not choose, a chosen candidate has an e-value (a normal mixture likelihood ratio); it is weighted by m over
 * the number chosen, since all others have 0, and the two ways are averaged. Those are compound e-values: summed over the
 * candidates without a difference, their means add up to at most m, whatever depends on what. e-BH on them keeps the false
 * discovery rate, and the intervals that invert them at the level of the found the false coverage rate.
 * @see Wang, Ramdas (2022), JRSS B 84(3) (e-BH); Ignatiadis, Wang, Ramdas (2024), arXiv 2409.19812 (compound e-values);
 *   Xu, Wang, Ramdas (2024), Electronic J. Statistics 18(1) (intervals); Vovk, Wang (2021), Annals of Statistics 49(3) (averages of e-values)
 */
export function searchSegments(candidates: readonly Candidate[], { fdr, handed }: SegmentSearchOptions): SegmentSearch {
  const able = candidates.flatMap(({ halves }, candidate) => (halves ? [{ candidate, halves }] : []));
  const m = able.length;
  const chosen = [0, 1].map((half) => new Set(able.filter(({ halves }) => distanceOf(halves[half]!) >= LEAST_DISTANCE)
    .sort((a, b) => distanceOf(b.halves[half]!) - distanceOf(a.halves[half]!) || a.candidate - b.candidate).slice(0, handed).map(({ candidate }) => candidate)));
  const tested = able.flatMap(({ candidate, halves }) => {
    const tests = ([1, 0] as const).flatMap((by): Test[] => (chosen[1 - by]!.has(candidate) ? [{ by, half: halves[by], weight: m / chosen[1 - by]!.size / 2 }] : []));
    return tests.length === 0 ? [] : [{ candidate, tests, eValue: eValueOf(tests, 0) }];
  }).sort((a, b) => b.eValue - a.eValue || a.candidate - b.candidate);
  const adjusted = adjustedPValues(tested.map(({ eValue }) => eValue), m);
  const found = adjusted.filter((p) => p <= fdr).length;
  // a row that is not found is read at the level of the next find
  const segments = tested.map(({ candidate, tests, eValue }, i): SearchedSegment => {
    const isFound = i < found;
    return { candidate, eValue, adjustedPValue: adjusted[i]!, isFound, estimate: heldOut(tests), interval: intervalOf(tests, m / (fdr * (isFound ? found : found + 1))), testedBy: tests.map(({ by }) => by) };
  });
  return { searched: m, segments };
}

interface Test { readonly by: 0 | 1; readonly half: HalfContrast; readonly weight: number }

const distanceOf = ({ estimate, standardError }: HalfContrast): number => Math.abs(estimate / standardError);

/** @param value the difference under the null */
function eValueOf(tests: readonly Test[], value: number): number {
  const sum = tests.reduce((total, { half, weight }) =>
    total + weight * Math.exp(logMixtureRatio(Math.abs((half.estimate - value) / half.standardError), MIXTURE, 'two_sided')), 0);
  return Math.min(LARGEST_E_VALUE, sum);
}

/** @param eValues falling */
function adjustedPValues(eValues: readonly number[], m: number): number[] {
  const adjusted = new Array<number>(eValues.length);
  let lowest = 1;
  for (let rank = eValues.length - 1; rank >= 0; rank--) {
    lowest = Math.min(lowest, m / ((rank + 1) * eValues[rank]!));
    adjusted[rank] = lowest;
  }
  return adjusted;
}

/** Inverse-variance mean of the halves that tested. */
function heldOut(tests: readonly Test[]): number {
  const weights = tests.map(({ half }) => 1 / half.standardError ** 2);
  const total = weights.reduce((a, b) => a + b, 0);
  return tests.reduce((sum, { half }, i) => sum + (weights[i]! / total) * half.estimate, 0);
}

/** All differences whose e-value is below the threshold: e is convex in them, so they are an interval about its lowest point. */
function intervalOf(tests: readonly Test[], threshold: number): { lower: number; upper: number } {
  const centre = lowestOf(tests);
  const step = Math.min(...tests.map(({ half }) => half.standardError));
  const excess = (value: number): number => Math.log(eValueOf(tests, value)) - Math.log(threshold);
  if (excess(centre) >= 0) return { lower: centre, upper: centre };
  const upper = increasingRoot((value) => (value <= centre ? value - centre - 1 : excess(value)), centre + step, step)!;
  const below = increasingRoot((back) => (back <= 0 ? back - 1 : excess(centre - back)), step, step)!;
  return { lower: centre - below, upper };
}

/** Where the e-value is lowest, between the estimates of the halves: golden section. */
function lowestOf(tests: readonly Test[]): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = Math.min(...tests.map(({ half }) => half.estimate));
  let high = Math.max(...tests.map(({ half }) => half.estimate));
  for (let step = 0; step < 40; step++) {
    const a = high - golden * (high - low);
    const b = low + golden * (high - low);
    if (eValueOf(tests, a) <= eValueOf(tests, b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}
