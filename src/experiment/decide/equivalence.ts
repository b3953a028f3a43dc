import type { Clause, EffectEstimate } from '../analysis.js';
import { formatShare } from '../format.js';
import { benefitBounds, changeBeyond } from './benefit.js';
import { capitalised, clause, fewestUnits, liftScale, reading, type Evidence } from './clause.js';
import { moreUnits, unitsNeeded } from './units-needed.js';

/**
 * Equivalence: the claim that nothing of note has changed.
 *
 * Met when the lift's two-sided interval lies within the margins on both sides: two one-sided tests, each at half of alpha.
 * Violated when it lies beyond one of them, whichever way the metric should move. Open otherwise. For each row alone, as
 * margins are: both tests must reject, so neither needs a correction.
 */
export function equivalenceClause(margin: number, evidence: Evidence): Clause {
  const { plan, metric, arm, comparison } = evidence;
  const about = { metric: metric.name, arm };
  const limit = formatShare(margin);
  const asked = `${metric.name} must not change by ${limit} or more in ${arm}, either way`;
  if (!comparison) return clause('goal', about, 'open', `${asked}, and there is nothing to compare: no units of it were summarised.`, 'Data for this metric in both arms.');
  const { lift } = comparison;
  if (lift.status === 'refused') return clause('goal', about, 'open', `${asked}, and that cannot be said: ${lift.detail}.`, capitalised(lift.remedy));

  const within = lift.posterior?.withinMargin;
  const seen = `${reading(plan, liftScale, lift)}${typeof within === 'number' ? `, chance to be within the margin ${formatShare(within)}` : ''}`;
  switch (changeBeyond(margin, benefitBounds(metric, lift.interval))) {
    case 'excluded': return clause('goal', about, 'met', `${asked}, and that is excluded: ${seen}.`, `An interval that holds a change of ${limit} would open it again.`);
    case 'shown': return clause('goal', about, 'violated', `${asked}, and a larger change is shown: ${seen}.`, 'Another treatment, since this one changes it by more than was agreed.');
    case 'unclear': return clause('goal', about, 'open', `${asked}, and that is not excluded yet: ${seen}.`, whatWouldExcludeIt(lift));
  }

  function whatWouldExcludeIt(effect: EffectEstimate): string {
    if (Math.abs(effect.estimate) >= margin) return `A change smaller than ${limit}: the estimate is beyond it, so more units alone are not expected to help.`;
    const units = fewestUnits(evidence);
    const needed = [-margin, margin].map((end) => unitsNeeded(effect.interval, effect.estimate, end, units)).filter((more) => more !== null);
    return needed.length === 0 ? `Far more units, or a margin wider than ${limit} agreed before the next start.` : moreUnits(plan, Math.max(...needed));
  }
}
