import type { Clause, EffectEstimate } from '../analysis.js';
import { formatChance, formatP } from '../format.js';
import { mustStopForFutility } from '../inference.js';
import type { Plan } from '../plan.js';
import { centreOf, goodSign } from './benefit.js';
import { capitalised, clause, differenceScale, fewestUnits, liftScale, reading, type Evidence, type Scale } from './clause.js';
import { equivalenceClause } from './equivalence.js';
import { noLossClause } from './no-loss.js';
import { moreUnits, unitsNeeded } from './units-needed.js';

type Goal = Plan['decision']['goals'][number];

/** Is the claim of a goal shown in one arm? */
export function goalClause(goal: Goal, evidence: Evidence): Clause {
  switch (goal.claim) {
    case 'superiority': return superiorityClause(evidence);
    case 'non_inferiority': return noLossClause('goal', goal.margin, evidence);
    case 'equivalence': return equivalenceClause(goal.margin, evidence);
  }
}

/** How evidence against no effect is told, and what would undo it. */
interface Words { readonly seen: string; readonly wouldOpen: string }

const pValueWords = ({ pValue, adjustedPValue }: EffectEstimate, alpha: number): Words => ({
  seen: `${adjustedPValue === null ? '' : 'adjusted '}${formatP(adjustedPValue ?? pValue, alpha)} against ${alpha}`,
  wouldOpen: `${adjustedPValue === null ? 'A' : 'An adjusted'} p-value of ${alpha} or more would open it again.`,
});

/** A posterior has no p-value: what stands in its place is twice the chance of the other side, adjusted or not. */
function chanceWords({ pValue, adjustedPValue }: EffectEstimate, isGood: boolean, alpha: number): Words {
  const otherSide = (adjustedPValue ?? pValue) / 2;
  const adjusted = adjustedPValue === null ? '' : 'adjusted ';
  return {
    seen: `${adjusted}chance to be better ${formatChance(isGood ? 1 - otherSide : otherSide)}, by the posterior, against ${formatChance(1 - alpha / 2)}`,
    wouldOpen: `${adjusted === '' ? 'A' : 'An adjusted'} chance of ${formatChance(1 - alpha / 2)} or less would open it again.`,
  };
}

/** A goal that its test has given up. Where any goal suffices it stays open, since another may be met. */
function stoppedClause(plan: Plan, about: { readonly metric: string; readonly arm: string }, asked: string, seen: string, { stopping }: EffectEstimate): Clause | null {
  const { decision } = plan;
  const status = decision.match === 'all' || decision.goals.length === 1 ? 'violated' : 'open';
  switch (stopping?.stop) {
    case 'futility': return clause('goal', about, status, `${asked}, and the effect that was planned for has become implausible: ${seen}, ${Number(stopping.statistic.toPrecision(3))} standard errors against a futility boundary of ${Number(stopping.futility!.toPrecision(3))}.`, mustStopForFutility(plan)
      ? `A new experiment: this plan must stop for futility, and look ${stopping.look} was below its boundary.` : 'Nothing binds you to stop: its other boundary holds if you go on, at a small chance to pass it.');
    case 'end': return clause('goal', about, status, `${asked}, and its plan came to the end without showing it: ${seen}.`, 'A new experiment with more units, or another treatment: this plan has no error rate left.');
    default: return null;
  }
}

/**
 * Superiority: met when the adjusted p-value is below alpha and the effect is good, violated when it is below alpha and
 * the effect is bad; of a posterior, when the chance of either side is above 1 - alpha / 2. Judged on the lift; on the difference where the lift is refused.
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
    const isGood = centreOf(effect) * goodSign(metric) > 0;
    const asked = `${metric.name} was to ${metric.direction} in ${arm}`;
    const words = effect.posterior ? chanceWords(effect, isGood, alpha) : pValueWords(effect, alpha);
    const seen = `${reading(plan, scale, effect)}, ${words.seen}`;
    if (pValue < alpha && isGood) return clause('goal', about, 'met', `${asked}, and it did: ${seen}.`, words.wouldOpen);
    if (pValue < alpha) return clause('goal', about, 'violated', `${asked}, and it moved the other way: ${seen}.`, 'Another treatment, since this one makes the goal worse.');
    return stoppedClause(plan, about, asked, seen, effect)
      ?? clause('goal', about, 'open', `${asked}, and that is not shown yet: ${seen}.`, whatWouldShowIt(effect, isGood));
  }

  function whatWouldShowIt(effect: EffectEstimate, isGood: boolean): string {
    if (!isGood) return 'An effect in the right direction: the estimate is not, so more units alone are not expected to help.';
    const needed = unitsNeeded(effect.simultaneous ?? effect.interval, effect.estimate, 0, fewestUnits(evidence));
    return needed === null
      ? 'A larger effect or far more units: the estimate is too small to tell from none.'
      : moreUnits(plan, needed);
  }
}
