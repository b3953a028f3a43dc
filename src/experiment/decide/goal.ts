import type { Clause, EffectEstimate } from '../analysis.js';
import { formatP } from '../format.js';
import type { Plan } from '../plan.js';
import { goodSign } from './benefit.js';
import { capitalised, clause, differenceScale, fewestUnits, liftScale, reading, type Evidence, type Scale } from './clause.js';
import { noLossClause } from './no-loss.js';
import { moreUnits, unitsNeeded } from './units-needed.js';

type Goal = Plan['decision']['goals'][number];

/** Is the claim of a goal shown in one arm? */
export const goalClause = (goal: Goal, evidence: Evidence): Clause =>
  goal.claim === 'superiority' ? superiorityClause(evidence) : noLossClause('goal', goal.margin, evidence);

/**
 * Superiority: met when the adjusted p-value is below alpha and the effect is good, violated when it is below alpha and
 * the effect is bad. Judged on the lift; on the difference where the lift is refused.
 */
function superiorityClause(evidence: Evidence): Clause {
  const { plan, metric, arm, comparison } = evidence;
  const about = { metric: metric.name, arm };
  if (!comparison) return clause('goal', about, 'open', `${metric.name} cannot be compared in ${arm}: no units of it were summarised.`, 'Data for this metric in both arms.');
  const { lift, difference } = comparison;
  if (lift.status === 'estimated') return judged(evidence, lift, liftScale);
  if (difference.status === 'estimated') return judged(evidence, difference, differenceScale(metric));
  return clause('goal', about, 'open', `${metric.name} was to be better in ${arm}, and that cannot be said: ${difference.detail}.`, capitalised(difference.remedy));

  function judged({ metric, arm }: Evidence, effect: EffectEstimate, scale: Scale): Clause {
    const { alpha } = plan.decision;
    const pValue = effect.adjustedPValue ?? effect.pValue;
    const isGood = effect.estimate * goodSign(metric) > 0;
    const asked = `${metric.name} was to ${metric.direction} in ${arm}`;
    const seen = `${reading(plan, scale, effect)}, ${effect.adjustedPValue === null ? '' : 'adjusted '}${formatP(pValue, alpha)} against ${alpha}`;
    if (pValue < alpha && isGood) return clause('goal', about, 'met', `${asked}, and it did: ${seen}.`, `${effect.adjustedPValue === null ? 'A' : 'An adjusted'} p-value of ${alpha} or more would open it again.`);
    if (pValue < alpha) return clause('goal', about, 'violated', `${asked}, and it moved the other way: ${seen}.`, 'Another treatment, since this one makes the goal worse.');
    return clause('goal', about, 'open', `${asked}, and that is not shown yet: ${seen}.`, whatWouldShowIt(effect, isGood));
  }

  function whatWouldShowIt(effect: EffectEstimate, isGood: boolean): string {
    if (!isGood) return 'An effect in the right direction: the estimate is not, so more units alone are not expected to help.';
    const needed = unitsNeeded(effect.simultaneous ?? effect.interval, effect.estimate, 0, fewestUnits(evidence));
    return needed === null
      ? 'A larger effect or far more units: the estimate is too small to tell from none.'
      : moreUnits(plan, needed);
  }
}
