import { areUnitsIndependent } from './design/independence.js';
import { isOneSided, mustStopForFutility } from './inference.js';
import type { Plan, PlanIssue } from './plan.js';

/** Combinations of an inference with the rest of a plan that cannot be answered. */
export function* inferenceIssues(plan: Plan): Generator<PlanIssue> {
  if (isOneSided(plan)) yield* oneSidedIssues(plan);
  if (mustStopForFutility(plan)) yield* bindingIssues(plan);
}

function* oneSidedIssues({ decision }: Plan): Generator<PlanIssue> {
  for (const [i, goal] of decision.goals.entries()) {
    if (goal.claim === 'equivalence') yield { message: `equivalence of ${goal.metric} has two sides, and inference.alternative reads the better one: leave it out`, path: ['decision', 'goals', i, 'claim'] };
  }
  if (decision.rule) yield { message: 'the risk-aware rule tests each side by itself already: leave inference.alternative out', path: ['inference', 'alternative'] };
}

/** Metrics whose earlier looks can be read again hold day cohorts of units that were randomised by themselves. */
function* bindingIssues(plan: Plan): Generator<PlanIssue> {
  const path = ['inference', 'futility', 'binding'];
  if (!isOneSided(plan)) yield { message: 'futility that binds needs a one-sided test: state inference.alternative better, or leave binding out', path };
  if (!plan.exposures.time) yield { message: 'futility that binds reads the looks before from days of exposure, and exposures have no time column', path };
  if (!areUnitsIndependent(plan) || plan.design?.kind === 'stratified' || plan.design?.kind === 'factorial' || plan.design?.kind === 'encouragement') {
    yield { message: `futility that binds reads the looks before from day cohorts, which a ${plan.design!.kind} design does not have: leave binding out`, path };
  }
  for (const [i, { metric: name, claim }] of plan.decision.goals.entries()) {
    if (claim !== 'superiority') yield { message: `futility that binds gives up goals of superiority; ${name} is a goal of ${claim}`, path: ['decision', 'goals', i, 'claim'] };
    if (plan.metrics.some((metric) => metric.name === name && metric.kind === 'quantile')) yield { message: `futility that binds reads the looks before from day cohorts, and a quantile has none; ${name} is one: leave binding out`, path: ['decision', 'goals', i, 'metric'] };
  }
}
