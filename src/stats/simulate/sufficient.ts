import type { RandomStream } from '../numeric/random.js';
import { emptyMoments, mergeMoments, momentsOf, type Moments } from '../summaries/moments.js';
import type { QuantileSummary } from '../summaries/quantiles.js';

// Summaries drawn without their units, only where that is exactly the distribution of the summary of n units.

/** Below this a sum of Bernoulli draws is faster than splitting. */
const SPLIT_FROM = 24;

/**
 * Binomial count, exactly, in about log n beta draws: the middle order statistic of n uniforms tells on which side of `p` half of them lie.
 * @see Devroye (1986), Non-Uniform Random Variate Generation, X.4.3
 */
export function drawBinomial(random: RandomStream, n: number, p: number): number {
  let count = 0;
  let left = n;
  let chance = p;
  while (left >= SPLIT_FROM && chance > 0 && chance < 1) {
    const rank = (left + 1) >> 1;
    const middle = random.beta(rank, left + 1 - rank);
    if (middle >= chance) {
      left = rank - 1;
      chance /= middle;
    } else {
      count += rank;
      left -= rank;
      chance = (chance - middle) / (1 - middle);
    }
  }
  if (chance >= 1) return count + left;
  for (let i = 0; i < left; i++) if (random.uniform() < chance) count++;
  return count;
}

/** Units by category of `shares`, which sum to 1. */
export function drawMultinomial(random: RandomStream, n: number, shares: readonly number[]): number[] {
  let left = n;
  let total = 1;
  return shares.map((share, i) => {
    const count = i === shares.length - 1 ? left : drawBinomial(random, left, Math.min(1, share / total));
    left -= count;
    total -= share;
    return count;
  });
}

/** Moments of n normal values: mean and scatter are independent, the scatter chi-square. */
export function normalMoments(random: RandomStream, n: number, mean: number, standardDeviation: number): Moments<'y'> {
  return {
    n, columns: ['y'],
    mean: [mean + (standardDeviation * random.normal()) / Math.sqrt(n)],
    scatter: [[n < 2 ? 0 : standardDeviation ** 2 * random.gamma((n - 1) / 2, 2)]],
  };
}

/** Moments of a 0/1 column of n units of which `successes` are 1. */
export const shareMoments = (n: number, successes: number): Moments<'y'> =>
  (n === 0 ? emptyMoments(['y']) : { n, columns: ['y'], mean: [successes / n], scatter: [[(successes * (n - successes)) / n]] });

/** Moments of columns in which `zeros` more units have the value 0. */
export function withZeros<C extends string>(moments: Moments<C>, zeros: number): Moments<C> {
  return mergeMoments(moments, { ...emptyMoments(moments.columns), n: zeros });
}

/** Moments of n units of which a share has a value above 0: only those are drawn. */
export function buyerMoments(random: RandomStream, n: number, share: number, value: () => number): Moments<'y'> {
  const buyers = drawBinomial(random, n, share);
  return withZeros(momentsOf({ y: Float64Array.from({ length: buyers }, value) }), n - buyers);
}

/** Order statistics of n uniforms at ascending ranks, from 1. */
export function uniformOrderStatistics(random: RandomStream, n: number, ranks: readonly number[]): number[] {
  let rank = 0;
  let value = 0;
  return ranks.map((next) => {
    if (next > rank) value += (1 - value) * random.beta(next - rank, n + 1 - next);
    rank = next;
    return value;
  });
}

/** The summary of a sample quantile of n values, from the few order statistics that it reads. @param quantile inverse distribution function */
export function quantileOfUnits(random: RandomStream, n: number, probability: number, z: number, quantile: (u: number) => number): QuantileSummary {
  const reach = z * Math.sqrt((probability * (1 - probability)) / n);
  const positions = [probability - reach, probability, probability + reach].map((p) => (n - 1) * Math.min(1, Math.max(0, p)));
  const ranks = positions.flatMap((position) => [Math.floor(position) + 1, Math.min(n, Math.floor(position) + 2)]);
  const order = [...new Set(ranks)].sort((a, b) => a - b);
  const values = uniformOrderStatistics(random, n, order).map(quantile);
  const at = (rank: number): number => values[order.indexOf(rank)]!;
  const [lower, estimate, upper] = positions.map((position, i) => at(ranks[2 * i]!) + (position - Math.floor(position)) * (at(ranks[2 * i + 1]!) - at(ranks[2 * i]!))) as [number, number, number];
  return { n, probability, estimate, lower, upper, z };
}
