import { refuse, type Refusal } from '../../refusal.js';
import type { ConfidenceSet } from '../inference.js';
import { plugInBet, predicted } from './predictable-bets.js';
import { scaledToUnit, type Bounded } from './bounded-values.js';

/** Bets are kept below this, so that no value loses all. */
const LARGEST_BET = 0.5;

/**
 * Predictable-mixture empirical-Bernstein confidence sequence for the mean of bounded values: closed form, one pass, and
 * holds however often one looks, from the first value on. About as wide as betting, which
 * has p-values too.
 * @see Waudby-Smith, Ramdas (2024), JRSS B 86(1), theorem 2
 */
export function empiricalBernstein(data: Bounded, alpha: number): ConfidenceSet | Refusal {
  const unit = scaledToUnit(data, 'empirical Bernstein sequence');
  if ('status' in unit) return unit;
  const { values } = unit;
  const { means, variances } = predicted(values);
  let bets = 0;
  let weighted = 0;
  let penalty = -Math.log(alpha / 2);
  for (let i = 0; i < values.length; i++) {
    const bet = Math.min(LARGEST_BET, plugInBet(variances[i]!, i, alpha / 2));
    bets += bet;
    weighted += bet * values[i]!;
    penalty += (values[i]! - means[i]!) ** 2 * (-Math.log1p(-bet) - bet);
  }
  if (!(bets > 0)) return refuse('too_few_units', 'empirical Bernstein sequence needs at least 1 unit', 'Collect units first.');
  return {
    shape: 'interval',
    lower: unit.back(Math.max(0, (weighted - penalty) / bets)),
    upper: unit.back(Math.min(1, (weighted + penalty) / bets)),
  };
}
