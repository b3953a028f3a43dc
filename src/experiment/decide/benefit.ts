import type { ConfidenceSet } from '../../stats/inference/inference.js';
import type { EffectEstimate } from '../analysis.js';
import type { Metric } from '../metric.js';

/** +1 where more is better, -1 where less is. */
export const goodSign = (metric: Metric): 1 | -1 => (metric.direction === 'decrease' ? -1 : 1);

/** Where an estimate stands: at the posterior mean where there is one, since a prior may have moved it across zero. */
export const centreOf = ({ estimate, posterior }: EffectEstimate): number => posterior?.mean ?? estimate;

/** The smallest and the largest benefit that a confidence set does not exclude; infinite where nothing bounds it. */
export interface BenefitBounds { readonly worst: number; readonly best: number }

/**
 * A lift's confidence set as benefit: positive is good, whichever way the metric should move.
 *
 * The complement of an interval reaches to infinity on both sides, so it bounds neither.
 */
export function benefitBounds(metric: Metric, set: ConfidenceSet): BenefitBounds {
  if (set.shape !== 'interval') return { worst: -Infinity, best: Infinity };
  const lower = set.lower ?? -Infinity;
  const upper = set.upper ?? Infinity;
  return goodSign(metric) === 1 ? { worst: lower, best: upper } : { worst: -upper, best: -lower };
}

/**
 * What a lift says about a loss of `margin` or more, a fraction of the control value.
 *
 * `excluded`: the whole set is on the safe side of the margin, even where it shows harm within it. `harmful`: the set
 * excludes no harm at all, and does not exclude a harm beyond the margin. `unclear`: anything else.
 */
export function lossBeyond(margin: number, { worst, best }: BenefitBounds): 'excluded' | 'harmful' | 'unclear' {
  if (worst > -margin) return 'excluded';
  return best < 0 ? 'harmful' : 'unclear';
}

/**
 * What a lift says of a change of `margin` or more, either way: two one-sided tests (TOST) by one interval.
 *
 * `excluded`: the whole set is within the margins. `shown`: the whole set is beyond one of them. `unclear`: anything else.
 * @see Schuirmann (1987), J. Pharmacokinetics and Biopharmaceutics 15(6)
 */
export function changeBeyond(margin: number, { worst, best }: BenefitBounds): 'excluded' | 'shown' | 'unclear' {
  if (worst > -margin && best < margin) return 'excluded';
  return best <= -margin || worst >= margin ? 'shown' : 'unclear';
}
