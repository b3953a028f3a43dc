import type { Effect } from '../../stats/effects/effect.js';
import { isRefusal } from '../../stats/refusal.js';
import type { DesignReport } from '../analysis.js';
import { inferenceOf } from '../compare/inference-of.js';
import { presentLook } from '../compare/look.js';
import { metricOutcomes } from '../compare/metric-outcomes.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';
import { describeDesign } from './description.js';
import { designFindings } from './findings.js';
import { designNotes } from './notes.js';

/** The design of a plan that has one: what must hold, what was seen of it, and what it estimates beside the effects. */
export async function designReport(plan: Plan, summaries: Summaries): Promise<DesignReport> {
  const outcomes = await metricOutcomes(plan);
  const inference = inferenceOf(plan, presentLook(plan, summaries));
  const { title, randomised, estimand, assumptions } = describeDesign(plan)!;
  return {
    kind: plan.design!.kind, title, randomised, estimand, assumptions: [...assumptions],
    notes: designNotes(plan, summaries, outcomes),
    findings: designFindings(plan, summaries, outcomes).map(({ metric, treatment, quantity, effect }) => {
      const refusal = isRefusal(effect) ? effect : inference.refusal(effect);
      if (refusal) return { metric, treatment, quantity, effect: refusal };
      const answered = effect as Effect;
      const { estimate, standardError, degreesOfFreedom } = answered;
      return {
        metric, treatment, quantity,
        effect: { status: 'estimated' as const, estimate, standardError, degreesOfFreedom, interval: inference.interval(answered, plan.decision.alpha, null), pValue: inference.pValue(answered, null), adjustedPValue: null, simultaneous: null },
      };
    }),
  };
}
