import type { Refusal } from '../../refusal.js';
import type { Alternative, ConfidenceSet } from '../inference.js';
import { scaledToUnit, type Bounded } from './bounded-values.js';
import { plugInBet, predicted } from './predictable-bets.js';

/** Share of the capital that one value can lose at most. */
const MOST_AT_STAKE = 0.5;
/** Error rate that the bets are tuned for; they hold at every level. */
const DESIGN_ALPHA = 0.05;
const BISECTIONS = 50;

/** A gambler for each side of every mean: capital grows when the mean is not the true one. */
interface Gambler {
  /** log capital of bets that the mean is above m, and below it; m in [0, 1] */
  readonly logAbove: (m: number) => number;
  readonly logBelow: (m: number) => number;
}

function gambler(values: Float64Array): Gambler {
  const { variances } = predicted(values);
  const bets = variances.map((variance, i) => plugInBet(variance, i, DESIGN_ALPHA / 2));
  return {
    logAbove: (m) => sumOfLogs(values, (x, i) => 1 + Math.min(bets[i]!, MOST_AT_STAKE / m) * (x - m)),
    logBelow: (m) => sumOfLogs(values, (x, i) => 1 - Math.min(bets[i]!, MOST_AT_STAKE / (1 - m)) * (x - m)),
  };
}

/** Factors are at least 1 / 2: a product of 500 stays in range, and its log is taken once. */
const PRODUCT_OF = 500;

function sumOfLogs(values: Float64Array, factor: (x: number, i: number) => number): number {
  let sum = 0;
  let product = 1;
  for (let i = 0; i < values.length; i++) {
    product *= factor(values[i]!, i);
    if (i % PRODUCT_OF === 0 || product > 1e100) {
      sum += Math.log(product);
      product = 1;
    }
  }
  return sum + Math.log(product);
}

/**
 * Hedged-capital betting confidence sequence for the mean of bounded values: holds however often one looks, from the first
 * value on, without any large-sample argument. Half the capital bets on each side when there are two.
 * @param alpha miscoverage, in (0, 1)
 * @see Waudby-Smith, Ramdas (2024), JRSS B 86(1), theorem 3, "Estimating means of bounded random variables by betting"
 */
export function bettingSequence(data: Bounded, alpha: number, alternative: Alternative = 'two_sided'): ConfidenceSet | Refusal {
  const unit = scaledToUnit(data, 'betting sequence');
  if ('status' in unit) return unit;
  const { logAbove, logBelow } = gambler(unit.values);
  const threshold = -Math.log(alternative === 'two_sided' ? alpha / 2 : alpha);
  // capital of "above" falls in m, that of "below" rises: each leaves out an end of [0, 1]
  const lower = alternative === 'less' ? null : lastRejected((m) => logAbove(m) >= threshold, 0, 1);
  const upper = alternative === 'greater' ? null : lastRejected((m) => logBelow(m) >= threshold, 1, 0);
  return { shape: 'interval', lower: lower === null ? null : unit.back(lower), upper: upper === null ? null : unit.back(upper) };
}

/** The last point that is rejected on the way from an end; the end when it is not. */
function lastRejected(isRejected: (m: number) => boolean, from: number, to: number): number {
  let rejected = from;
  let kept = to;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (rejected + kept) / 2;
    if (isRejected(middle)) rejected = middle;
    else kept = middle;
  }
  return rejected;
}

/**
 * log e-value of "the mean is nullMean": an e-process, so it may be read at any time; its reciprocal is the p-value that
 * agrees with `bettingSequence`.
 * @param nullMean strictly between the bounds, in units of the metric
 */
export function logBettingEValue(data: Bounded, nullMean: number, alternative: Alternative = 'two_sided'): number | Refusal {
  const unit = scaledToUnit(data, 'betting e-value');
  if ('status' in unit) return unit;
  const m = (nullMean - data.lowest) / (data.highest - data.lowest);
  const { logAbove, logBelow } = gambler(unit.values);
  switch (alternative) {
    case 'greater': return logAbove(m);
    case 'less': return logBelow(m);
    case 'two_sided': return Math.max(logAbove(m), logBelow(m)) - Math.LN2;
  }
}
