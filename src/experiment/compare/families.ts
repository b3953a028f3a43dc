import { corrections } from '../../stats/corrections/index.js';
import { simultaneousSet } from '../../stats/corrections/simultaneous.js';
import { type Comparison, type EffectEstimate, families } from '../analysis.js';
import type { ConfidenceSet } from '../../stats/inference/inference.js';
import { centreOf, goodSign } from '../decide/benefit.js';
import type { Plan } from '../plan.js';
import { inferenceOfRow, type PlanInference } from './inference-of.js';
import type { JudgedRows } from './judged.js';

/**
 * Corrects each family of rows: goals, other metrics, segments; writes adjusted p-values and simultaneous intervals into the
 * comparisons. Guardrails must all hold, so they need none. Rows that refused are not counted.
 */
export function correctFamilies(plan: Plan, rows: JudgedRows, inferences: PlanInference): void {
  if (plan.correction === 'none') return;
  const members = new Map<Comparison['family'], number[]>(families.map((family) => [family, []]));
  for (const [i, row] of rows.comparisons.entries()) if (testedEffect(row, inferences)) members.get(row.family)!.push(i);
  members.delete('guardrails');
  for (const [family, indices] of members) correctFamily(plan, family, indices, rows, inferences);
}

/** The effect whose p-value is the row's; undefined when the row refused. Where the method has a scale, that of the lift. */
function testedEffect({ difference, lift }: Comparison, { ofGoals: { hasScale } }: PlanInference): EffectEstimate | undefined {
  if (hasScale && lift.status === 'estimated') return lift;
  return difference.status === 'estimated' ? difference : undefined;
}

function correctFamily(plan: Plan, family: Comparison['family'], members: readonly number[], { comparisons, effects }: JudgedRows, inferences: PlanInference): void {
  const correction = corrections[plan.correction];
  const better = new Map(plan.metrics.map((metric) => [metric.name, goodSign(metric)]));
  const evidence = members.map((i) => {
    const { pValue, eValue } = testedEffect(comparisons[i]!, inferences)!;
    return correction.reads === 'e_values' ? Math.min(1, 1 / eValue!) : pValue;
  });
  const tiers = family === 'goals' ? members.map((i) => tierOf(plan, comparisons[i]!.metric)) : undefined;
  const { pValues, rejected, levels, reach } = correction.correct(evidence, plan.decision.alpha, tiers);
  for (const [position, i] of members.entries()) {
    const row = comparisons[i]!;
    for (const [k, estimate] of [row.difference, row.lift].entries()) if (estimate.status === 'estimated') correct(row, estimate, position, 2 * i + k);
  }

  function correct(row: Comparison, estimate: EffectEstimate, position: number, place: number): void {
    estimate.adjustedPValue = pValues[position]!;
    // a test that had to stop excludes nothing
    const setAtLevel = (): ConfidenceSet => (estimate.interval.shape === 'line' ? estimate.interval : inferenceOfRow(inferences, row).interval(effects.at(place), levels[position]!, better.get(row.metric)!));
    estimate.simultaneous = simultaneousSet(setAtLevel, centreOf(estimate), 0, rejected[position]!, reach[position]!);
  }
}

const tierOf = ({ decision }: Plan, metric: string): number => decision.goals.find((goal) => goal.metric === metric)?.tier ?? 1;
