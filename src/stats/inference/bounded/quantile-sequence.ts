import { refuse, type Refusal } from '../../refusal.js';
import { betaBinomialMixture } from '../boundaries/beta-binomial-mixture.js';
import { mixtureBound, type Mixture } from '../boundaries/mixture.js';
import type { ConfidenceSet } from '../inference.js';

/** Error rate that mixtures are tuned for. */
const DESIGN_ALPHA = 0.05;

const quantileMixture = (probability: number, tuningUnits: number): Mixture =>
  betaBinomialMixture(tuningUnits * probability * (1 - probability), DESIGN_ALPHA, probability, 1 - probability, 2);

/**
 * Confidence sequence of a quantile: between two order statistics, and holds however often one looks. Any distribution.
 * @param sorted      ascending, one value a unit
 * @param tuningUnits units at which it is narrowest
 * @returns an end is null where no order statistic bounds it yet
 * @see Howard, Ramdas (2022), Bernoulli 28(3), "Sequential estimation of quantiles with applications to A/B testing"
 */
export function quantileSequence(sorted: Float64Array, probability: number, alpha: number, tuningUnits: number): ConfidenceSet | Refusal {
  const n = sorted.length;
  if (n < 1) return refuse('too_few_units', 'quantile sequence needs at least 1 unit', 'Collect units first.');
  const v = n * probability * (1 - probability);
  const up = mixtureBound(quantileMixture(probability, tuningUnits), v, alpha);
  const down = mixtureBound(quantileMixture(1 - probability, tuningUnits), v, alpha);
  const first = Math.ceil(n * probability - down);
  const last = Math.floor(n * probability + up) + 1;
  return { shape: 'interval', lower: first >= 1 ? sorted[first - 1]! : null, upper: last <= n ? sorted[last - 1]! : null };
}

/** Difference of a quantile between two arms, each at alpha / 2; holds however often one looks. */
export function quantileDifferenceSequence(control: Float64Array, treatment: Float64Array, probability: number, alpha: number, tuningUnits: number): ConfidenceSet | Refusal {
  const c = quantileSequence(control, probability, alpha / 2, tuningUnits);
  const t = quantileSequence(treatment, probability, alpha / 2, tuningUnits);
  if ('status' in c) return c;
  if ('status' in t) return t;
  const minus = (x: number | null, y: number | null): number | null => (x === null || y === null ? null : x - y);
  return { shape: 'interval', lower: minus(t.lower, c.upper), upper: minus(t.upper, c.lower) };
}

/** An arm's log e-value of "the quantile is x": the least over what ties at x leave open. */
interface ArmEvidence { readonly at: (x: number) => number; readonly quantile: number }

function armEvidence(sorted: Float64Array, probability: number, mixture: Mixture): ArmEvidence {
  const n = sorted.length;
  const v = n * probability * (1 - probability);
  const logMixture = (count: number): number => mixture.logMixture(count - n * probability, v);
  const best = lowestCount(logMixture, n);
  return {
    at: (x) => logMixture(Math.min(countBelow(sorted, x, true), Math.max(countBelow(sorted, x, false), best))),
    quantile: sorted[Math.min(n, Math.floor(best) + 1) - 1]!,
  };
}

/** The log mixture is convex in the count: golden section. */
function lowestCount(logMixture: (count: number) => number, n: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = 0;
  let high = n;
  while (high - low > 1e-7 * n) {
    const a = high - golden * (high - low);
    const b = low + golden * (high - low);
    if (logMixture(a) <= logMixture(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}

/** Number of values below x, or at most x. */
function countBelow(sorted: Float64Array, x: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < x || (orEqual && sorted[middle]! === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Always-valid p-value of "both arms have the same quantile", from the values themselves, whatever their distribution.
 *
 * One over the least e-value that any common quantile has; that is at a value between the two sample quantiles.
 * @param control, treatment ascending, one value a unit
 * @see Howard, Ramdas (2022), Bernoulli 28(3), section 5
 */
export function quantileComparisonPValue(control: Float64Array, treatment: Float64Array, probability: number, tuningUnits: number): number | Refusal {
  if (control.length < 1 || treatment.length < 1) return refuse('too_few_units', 'quantile comparison needs at least 1 unit in each arm', 'Collect units in both arms first.');
  const mixture = quantileMixture(probability, tuningUnits);
  const arms = [armEvidence(control, probability, mixture), armEvidence(treatment, probability, mixture)] as const;
  const low = Math.min(arms[0].quantile, arms[1].quantile);
  const high = Math.max(arms[0].quantile, arms[1].quantile);
  let least = Math.min(arms[0].at(low) + arms[1].at(low), arms[0].at(high) + arms[1].at(high));
  for (const sorted of [control, treatment]) {
    for (let i = countBelow(sorted, low, false); i < sorted.length && sorted[i]! <= high; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) least = Math.min(least, arms[0].at(sorted[i]!) + arms[1].at(sorted[i]!));
    }
  }
  return Math.min(1, Math.exp(-least));
}
