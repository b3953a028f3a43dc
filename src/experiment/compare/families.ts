import { corrections } from '../../stats/corrections/index.js';
import { simultaneousSet } from '../../stats/corrections/simultaneous.js';
import type { Effect } from '../../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import { families, type Comparison } from '../analysis.js';
import type { Plan } from '../plan.js';
import type { BoundInference } from './inference-of.js';
import type { Row } from './rows.js';

/**
 * Corrects each family of rows: goals, other metrics, segments. Guardrails must all hold, so they need none.
 *
 * A row has one null, no effect, so the p-value of its difference stands for its lift too. Rows that refused are not counted.
 */
export function correctFamilies(plan: Plan, inference: BoundInference, rows: readonly Row[]): Comparison[] {
  const comparisons = rows.map((row) => row.comparison);
  if (plan.correction === 'none') return comparisons;
  const correction = corrections[plan.correction];
  for (const family of families) {
    if (family === 'guardrails') continue;
    const members = comparisons.flatMap(({ family: own, difference }, i) => (own === family && difference.status === 'estimated' ? [i] : []));
    const corrected = correction.correct(members.map((i) => pValueOf(comparisons[i]!)), plan.decision.alpha);
    for (const [position, i] of members.entries()) {
      const adjust = (estimate: Comparison['difference'], effect: Effect | Refusal): Comparison['difference'] => {
        if (estimate.status === 'refused' || isRefusal(effect)) return estimate;
        const set = inference.interval(effect, corrected.levels[position]!);
        const simultaneous = simultaneousSet(set, effect.estimate, 0, corrected.rejected[position]!, corrected.reach[position]!);
        return { ...estimate, adjustedPValue: corrected.pValues[position]!, simultaneous };
      };
      const comparison = comparisons[i]!;
      comparisons[i] = { ...comparison, difference: adjust(comparison.difference, rows[i]!.difference), lift: adjust(comparison.lift, rows[i]!.lift) };
    }
  }
  return comparisons;
}

const pValueOf = ({ difference }: Comparison): number => (difference.status === 'estimated' ? difference.pValue : NaN);
