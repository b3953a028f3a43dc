import type { Comparison, EffectEstimate } from '../../src/experiment/analysis.js';
import type { BoundInference } from '../../src/experiment/compare/inference-of.js';
import type { Row } from '../../src/experiment/compare/rows.js';
import type { Plan } from '../../src/experiment/plan.js';
import { corrections } from '../../src/stats/corrections/index.js';
import { simultaneousSet } from '../../src/stats/corrections/simultaneous.js';
import type { Effect } from '../../src/stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';

/**
 * Adjusted p-value and simultaneous interval of every row, from the effects themselves and one family after the other, without
 * any of the economies that hundreds of thousands of rows call for. Of methods whose lift shares the p-value of the difference.
 */
export function plainCorrections(plan: Plan, rows: readonly Row[], inference: BoundInference): Pick<EffectEstimate, 'pValue' | 'adjustedPValue' | 'interval' | 'simultaneous'>[][] {
  const answers = ({ contrast }: Row): (Effect | Refusal)[] => (isRefusal(contrast) ? [contrast, contrast] : [contrast.difference, contrast.lift]);
  const families = new Map<Comparison['family'], Row[]>();
  for (const row of rows) if (!isRefusal(answers(row)[0])) families.set(row.family, [...families.get(row.family) ?? [], row]);
  const correctedBy = new Map([...families].map(([family, members]) => [family, corrections[plan.correction].correct(members.map((row) => inference.pValue(answers(row)[0] as Effect, null)), plan.decision.alpha)]));
  return rows.map((row) => answers(row).filter((effect): effect is Effect => !isRefusal(effect)).map((effect) => {
    const corrected = row.family === 'guardrails' || plan.correction === 'none' ? undefined : correctedBy.get(row.family)!;
    const place = families.get(row.family)!.indexOf(row);
    return {
      pValue: inference.pValue(answers(row)[0] as Effect, null),
      adjustedPValue: corrected ? corrected.pValues[place]! : null,
      interval: inference.interval(effect, plan.decision.alpha, null),
      simultaneous: corrected ? simultaneousSet(() => inference.interval(effect, corrected.levels[place]!, null), effect.estimate, 0, corrected.rejected[place]!, corrected.reach[place]!) : null,
    };
  }));
}
