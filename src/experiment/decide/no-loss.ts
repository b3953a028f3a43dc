import type { Clause, EffectEstimate } from '../analysis.js';
import { formatShare } from '../format.js';
import { benefitBounds, goodSign, lossBeyond } from './benefit.js';
import { capitalised, clause, fewestUnits, liftScale, reading, type Evidence } from './clause.js';
import { moreUnits, unitsNeeded } from './units-needed.js';

/**
 * No loss beyond a margin: the claim of a guardrail, and of a goal of non-inferiority.
 *
 * Met when the lift's two-sided interval excludes a loss of the margin or more, even if it shows a smaller one: that much
 * was agreed to be acceptable. Violated when the interval shows a loss and does not keep it within the margin. Open otherwise.
 * Always on the lift, since the margin is a fraction; and for each row alone, since all must hold.
 */
export function noLossClause(kind: 'goal' | 'guardrail', margin: number, evidence: Evidence): Clause {
  const { plan, metric, arm, comparison } = evidence;
  const about = { metric: metric.name, arm };
  const limit = formatShare(margin);
  const move = metric.direction === 'increase' ? 'fall' : 'rise';
  const asked = `${metric.name} must not ${move} by ${limit} or more in ${arm}`;
  if (!comparison) return clause(kind, about, 'open', `${asked}, and there is nothing to compare: no units of it were summarised.`, 'Data for this metric in both arms.');
  const { lift } = comparison;
  if (lift.status === 'refused') return clause(kind, about, 'open', `${asked}, and that cannot be said: ${lift.detail}.`, capitalised(lift.remedy));

  const bounds = benefitBounds(metric, lift.interval);
  const seen = reading(plan, liftScale, lift);
  switch (lossBeyond(margin, bounds)) {
    case 'excluded': return clause(kind, about, 'met', `${asked}, and that is excluded${bounds.best < 0 ? `, though a smaller ${move} is shown` : ''}: ${seen}.`, `An interval that holds a ${move} of ${limit} would open it again.`);
    case 'harmful': return bounds.best <= -margin
      ? clause(kind, about, 'violated', `${asked}, and a larger ${move} is shown: ${seen}.`, `Another treatment, since this one makes it ${move} by more than was agreed.`)
      : clause(kind, about, 'violated', `${asked}; a ${move} is shown, and not shown to be smaller than that: ${seen}.`, `Another treatment, or more units that show the ${move} to be smaller than ${limit}.`);
    case 'unclear': return clause(kind, about, 'open', `${asked}, and that is not excluded yet: ${seen}.`, whatWouldExcludeIt(lift));
  }

  function whatWouldExcludeIt(effect: EffectEstimate): string {
    const slack = margin + effect.estimate * goodSign(metric);
    if (slack <= 0) return `A ${move} smaller than ${limit}: the estimate is beyond it, so more units alone are not expected to help.`;
    const needed = unitsNeeded(effect.interval, effect.estimate, -margin * goodSign(metric), fewestUnits(evidence));
    return needed === null
      ? `Far more units, or a margin wider than ${limit} agreed before the next start.`
      : moreUnits(plan, needed);
  }
}
