import type { Effect } from '../effects/effect.js';
import { stream } from '../numeric/random.js';
import { studentTwoSidedTail, studentUpperQuantile } from '../numeric/student.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { clustersOf } from './binning.js';

export const rateTargets = ['autoc', 'qini'] as const;
export type RateTarget = (typeof rateTargets)[number];

export interface RankedRows {
  /** doubly robust scores of rows that the priorities were not learned from, shape (n) */
  readonly scores: Float64Array;
  /** treat the highest first, shape (n) */
  readonly priorities: Float64Array;
  readonly weight?: Float64Array | null;
  readonly cluster?: Int32Array | null;
}

export interface RateOptions {
  readonly target: RateTarget;
  /** half-samples of the bootstrap */
  readonly replicates: number;
  /** fractions at which the curve is reported, ascending in (0, 1] */
  readonly fractions: readonly number[];
  readonly level: number;
  readonly seed: number;
}

export interface TocPoint {
  /** share treated, those of highest priority first */
  readonly fraction: number;
  /** mean effect among them less the mean effect of all */
  readonly estimate: number;
  readonly standardError: number;
}

export interface RankWeightedEffect {
  readonly target: RateTarget;
  /** rows that judged */
  readonly n: number;
  readonly estimate: number;
  readonly standardError: number;
  /** independent groups that judged, less one */
  readonly degreesOfFreedom: number;
  readonly lower: number;
  readonly upper: number;
  /** two-sided, of a ranking that is no better than random */
  readonly pValue: number;
  readonly toc: readonly TocPoint[];
}

/**
 * Rank-weighted average treatment effect: the area under the targeting operator characteristic TOC(q) = E[tau | top q] - E[tau].
 *
 * AUTOC weights all fractions q alike, Qini weights them by q. Ties share their mean score. Errors by half-sample bootstrap of rows or
 * of clusters, intervals by Student's t of their number. Refuses scores that are not finite and fewer than four independent groups.
 * @see Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA
 */
export function rankWeightedEffect(ranked: RankedRows, options: RateOptions): RankWeightedEffect | Refusal {
  const judged = judge(ranked, options);
  return isRefusal(judged) ? judged : answerOf(judged, options, ranked.scores.length);
}

export interface RateComparison {
  readonly first: RankWeightedEffect;
  readonly second: RankWeightedEffect;
  /** rank-weighted effect of the first ranking less that of the second, paired by half-sample */
  readonly difference: Effect;
}

/** Two rankings of the same rows by the same scores. Refuses what `rankWeightedEffect` does, and rankings that are the same. @param rival the second ranking's priorities, shape (n) */
export function compareRates(ranked: RankedRows, rival: Float64Array, options: RateOptions): RateComparison | Refusal {
  const first = judge(ranked, options);
  if (isRefusal(first)) return first;
  const second = judge({ ...ranked, priorities: rival }, options);
  if (isRefusal(second)) return second;
  const n = ranked.scores.length;
  const estimate = first.whole[0]! - second.whole[0]!;
  const standardError = standardDeviation(first.replicates.map((values, b) => values[0]! - second.replicates[b]![0]!));
  if (!(standardError > first.rounding)) return refuse('zero_variance', 'the two rankings put these units in the same order', 'Compare rankings that differ.');
  return { first: answerOf(first, options, n), second: answerOf(second, options, n), difference: { estimate, standardError, degreesOfFreedom: first.groups - 1, n } };
}

/** The area, then the curve at each fraction: of all rows, and of each half-sample; what rounding may leave of an area of nothing. */
interface Judged { readonly whole: readonly number[]; readonly replicates: readonly (readonly number[])[]; readonly groups: number; readonly rounding: number }

/** Of the largest score. */
const ROUNDING = 1e-12;

function judge(ranked: RankedRows, options: RateOptions): Judged | Refusal {
  const n = ranked.scores.length;
  if (!ranked.scores.every(Number.isFinite) || !ranked.priorities.every(Number.isFinite)) {
    return refuse('not_finite', 'rank-weighted effects need finite scores and priorities', 'Drop rows without overlap or without a priority.');
  }
  const clusters = ranked.cluster ? clustersOf(ranked.cluster) : null;
  const groups = clusters ? clusters.sizes.length : n;
  if (groups < 4) return refuse('too_few_units', `rank-weighted effects need at least 4 independent groups; got ${groups}`, 'Collect more units.');
  const curve = curveOf(ranked);
  const replicates = Array.from({ length: options.replicates }, (_, b) => {
    const half = halfSample(groups, options.seed, b);
    return curve(clusters ? Uint8Array.from(clusters.codes, (code) => half[code]!) : half, options);
  });
  const largest = ranked.scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  return { whole: curve(new Uint8Array(n).fill(1), options), replicates, groups, rounding: ROUNDING * largest };
}

function answerOf({ whole, replicates, groups, rounding }: Judged, { target, fractions, level }: RateOptions, n: number): RankWeightedEffect {
  const seen = (value: number) => (Math.abs(value) > rounding ? value : 0);
  const [estimate, ...points] = whole.map(seen);
  const spread = (k: number) => seen(standardDeviation(replicates.map((values) => values[k]!)));
  const standardError = spread(0);
  const degreesOfFreedom = groups - 1;
  const quantile = studentUpperQuantile((1 - level) / 2, degreesOfFreedom);
  return {
    target,
    n,
    estimate: estimate!,
    standardError,
    degreesOfFreedom,
    lower: estimate! - quantile * standardError,
    upper: estimate! + quantile * standardError,
    pValue: standardError > 0 ? studentTwoSidedTail(estimate! / standardError, degreesOfFreedom) : 1,
    toc: fractions.map((fraction, k) => ({ fraction, estimate: points[k]!, standardError: spread(k + 1) })),
  };
}

/** Half of the groups without replacement: its spread is that of the whole sample. */
function halfSample(groups: number, seed: number, replicate: number): Uint8Array {
  const random = stream(seed, replicate);
  const chosen = new Uint8Array(groups);
  let need = Math.floor(groups / 2);
  for (let group = 0; group < groups; group++) {
    if (random.integer(groups - group) >= need) continue;
    chosen[group] = 1;
    need--;
  }
  return chosen;
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** The area and the curve of the rows with mark 1; rows are sorted once. */
function curveOf({ scores, priorities, weight }: RankedRows): (marks: Uint8Array, options: RateOptions) => number[] {
  const order = Int32Array.from(scores.keys()).sort((a, b) => priorities[b]! - priorities[a]! || a - b);
  const n = order.length;
  const tied = new Float64Array(n);
  const mass = new Float64Array(n);
  return (marks, { target, fractions }) => {
    let count = 0;
    for (let i = 0; i < n;) {
      const from = count;
      const priority = priorities[order[i]!]!;
      let sum = 0;
      let total = 0;
      for (; i < n && priorities[order[i]!] === priority; i++) {
        const row = order[i]!;
        if (marks[row] === 0) continue;
        const w = weight ? weight[row]! : 1;
        if (!(w > 0)) continue;
        mass[count++] = w;
        sum += w * scores[row]!;
        total += w;
      }
      tied.fill(sum / total, from, count);
    }
    return areaAndCurve(tied.subarray(0, count), mass.subarray(0, count), target, fractions);
  };
}

function areaAndCurve(scores: Float64Array, mass: Float64Array, target: RateTarget, fractions: readonly number[]): number[] {
  const total = mass.reduce((sum, w) => sum + w, 0);
  const mean = scores.reduce((sum, score, i) => sum + score * mass[i]!, 0) / total;
  const points: number[] = [];
  let covered = 0;
  let sum = 0;
  let area = 0;
  for (let i = 0; i < scores.length; i++) {
    const w = mass[i]!;
    while (points.length < fractions.length && fractions[points.length]! * total <= covered + w) {
      const asked = fractions[points.length]! * total;
      points.push((sum + (asked - covered) * scores[i]!) / asked - mean);
    }
    covered += w;
    sum += w * scores[i]!;
    const toc = sum / covered - mean;
    area += (w / total) * toc * (target === 'qini' ? covered / total : 1);
  }
  while (points.length < fractions.length) points.push(0);
  return [area, ...points];
}
