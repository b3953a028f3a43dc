import { adjustArms } from '../../stats/effects/adjusted-means.js';
import type { Effect } from '../../stats/effects/effect.js';
import { jointTest, type JointTest } from '../../stats/effects/joint-test.js';
import { linearContrast } from '../../stats/effects/linear-contrast.js';
import { throughOutcome } from '../../stats/effects/through-outcome.js';
import { assignmentIndependence } from '../../stats/estimators/interaction/assignment-independence.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { emptyMoments } from '../../stats/summaries/moments.js';
import { metricOutcomes, type MetricOutcome } from '../compare/metric-outcomes.js';
import { controlArm, treatmentArms, type Plan } from '../plan.js';
import type { MetricSummary, Summaries } from '../summaries.js';

/** Two treatment arms, and how much more they do together than the sum of each alone, in units of the metric. */
export interface ArmInteraction { readonly first: string; readonly second: string; readonly effect: Effect }
export interface MetricInteraction {
  readonly metric: string;
  readonly found: { readonly test: JointTest; readonly interactions: readonly ArmInteraction[] } | Refusal;
}
export interface PairInteractions {
  /** units in both */
  readonly units: number;
  /** of assignment to one from assignment to the other; null where units are too few to tell */
  readonly assignment: ReturnType<typeof assignmentIndependence>;
  readonly metrics: readonly MetricInteraction[];
}

/** What two experiments did to each other, from the moments of each metric by both arms. @param plan of the units in both @param segment that holds the arm of the second */
export async function pairInteractions(plan: Plan, second: Plan, segment: string, summaries: Summaries): Promise<PairInteractions> {
  const [arms, others] = [plan, second].map((of) => [controlArm(of).name, ...treatmentArms(of).map(({ name }) => name)]) as [string[], string[]];
  const counts = arms.flatMap((arm) => others.map((other) => summaries.exposures.segments.find((row) => row.segment === segment && row.value === other && row.arm === arm)?.units ?? 0));
  const outcomes = await metricOutcomes(plan);
  return {
    units: counts.reduce((sum, n) => sum + n, 0),
    assignment: assignmentIndependence(counts, arms.length, others.length),
    metrics: summaries.metrics.map((summary) => ({ metric: summary.metric, found: interactionsOf(summary, outcomes.get(summary.metric)!, arms, others, segment) })),
  };
}

function interactionsOf(summary: MetricSummary, { outcome }: MetricOutcome, arms: readonly string[], others: readonly string[], segment: string): MetricInteraction['found'] {
  if (isRefusal(outcome)) return outcome;
  const moments = arms.flatMap((arm) => others.map((other) => {
    const cell = summary.cells.find((candidate) => candidate.arm === arm && candidate.segment?.name === segment && candidate.segment.value === other)?.summary;
    return cell?.kind === 'moments' ? cell : emptyMoments(summary.outcomes);
  }));
  const empty = moments.findIndex(({ n }) => n < 2);
  if (empty >= 0) {
    return refuse('too_few_units', `an interaction needs at least 2 units in each pair of arms; ${arms[Math.floor(empty / others.length)]} with ${others[empty % others.length]} has ${moments[empty]!.n}`, 'Wait for units that are in both experiments; experiments that exclude each other cannot interact.');
  }
  const cells = throughOutcome(adjustArms(moments, summary.outcomes.length), outcome);
  const at = (arm: number, other: number): number => arm * others.length + other;
  const terms = arms.slice(1).flatMap((first, a) => others.slice(1).map((other, b) => {
    const weights = moments.map(() => 0);
    weights[at(a + 1, b + 1)] = weights[at(0, 0)] = 1;
    weights[at(a + 1, 0)] = weights[at(0, b + 1)] = -1;
    return { first, second: other, weights };
  }));
  const interactions: ArmInteraction[] = [];
  for (const { first, second, weights } of terms) {
    const effect = linearContrast(cells, weights);
    if (isRefusal(effect)) return effect;
    interactions.push({ first, second, effect });
  }
  const test = jointTest(cells, terms.map(({ weights }) => weights));
  return isRefusal(test) ? test : { test, interactions };
}
