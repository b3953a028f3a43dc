import type { Effect } from '../effects/effect.js';
import type { Alternative, ConfidenceSet } from '../inference/inference.js';
import { isRefusal, type Refusal } from '../refusal.js';
import type { BoundInference } from './bind-inference.js';
import type { Claim, ClaimResult } from './claim.js';

/**
 * Superiority, inferiority, non-inferiority or equivalence of one effect, under any inference.
 *
 * Each is one one-sided test at alpha, equivalence two (TOST), so that the claim is shown exactly when the one-sided set at
 * alpha (for equivalence the two-sided at 2 alpha) lies on its side of the margin. An anytime-valid inference makes the claim so.
 * @param alpha one-sided error rate
 * @see Schuirmann (1987), J. Pharmacokinetics and Biopharmaceutics 15(6); Wellek (2010), Testing Statistical Hypotheses of Equivalence and Noninferiority
 */
export function testClaim(effect: Effect | Refusal, claim: Claim, inference: BoundInference, alpha: number): ClaimResult | Refusal {
  if (isRefusal(effect)) return effect;
  const refused = inference.refusal(effect);
  if (refused) return refused;
  if (claim.claim === 'equivalence') {
    const pValue = Math.max(inference.pValue(effect, claim.lower, 'greater'), inference.pValue(effect, claim.upper, 'less'));
    const interval = both(inference.interval(effect, alpha, 'greater'), inference.interval(effect, alpha, 'less'));
    return { claim: claim.claim, isShown: pValue <= alpha, pValue, alpha, interval };
  }
  const { nullValue, alternative } = oneSided(claim);
  const pValue = inference.pValue(effect, nullValue, alternative);
  return { claim: claim.claim, isShown: pValue <= alpha, pValue, alpha, interval: inference.interval(effect, alpha, alternative) };
}

function oneSided(claim: Exclude<Claim, { claim: 'equivalence' }>): { nullValue: number; alternative: Alternative } {
  const sign = claim.better === 'increase' ? 1 : -1;
  switch (claim.claim) {
    case 'superiority': return { nullValue: 0, alternative: sign > 0 ? 'greater' : 'less' };
    case 'inferiority': return { nullValue: 0, alternative: sign > 0 ? 'less' : 'greater' };
    case 'non_inferiority': return { nullValue: -sign * claim.margin, alternative: sign > 0 ? 'greater' : 'less' };
  }
}

/** What two one-sided sets leave together; a set that is no interval bounds neither end. */
function both(above: ConfidenceSet, below: ConfidenceSet): ConfidenceSet {
  const lower = above.shape === 'interval' ? above.lower : null;
  const upper = below.shape === 'interval' ? below.upper : null;
  return lower === null && upper === null ? { shape: 'line', lower, upper } : { shape: 'interval', lower, upper };
}
