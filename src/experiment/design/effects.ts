import type { Contrast } from '../../stats/effects/effect.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { mergeMoments, type Moments } from '../../stats/summaries/moments.js';
import type { Comparison } from '../analysis.js';
import { cellContrasts } from '../compare/cell-contrasts.js';
import type { MetricOutcome } from '../compare/metric-outcomes.js';
import type { Plan } from '../plan.js';
import type { Cell, MetricSummary } from '../summaries.js';
import type { PlannedContrast } from './contrasts.js';
import { complierEffects, factorialEffects, type Cells } from './effects/cells.js';
import { clusterEffects, pairedEffect, strataEffects } from './effects/groups.js';
import { switchbackFit } from './effects/switchback.js';
import { noSegments, unsupported } from './unsupported.js';

/** Units whose effects are read: all of them, or those of one segment value or day. */
export type Part = 'all' | 'some';

/** The effects of one metric in one part of the units, one a planned contrast. */
export type PartContrasts = (cells: Cells, part: Part) => readonly (Contrast | Refusal)[];

/**
 * How the planned contrasts of one metric are read, as the design has it. A combination of design, metric and inference that is
 * not answered refuses, and says what would be.
 * @param role what the decision rule makes of the metric
 */
export function contrastsOf(plan: Plan, planned: readonly PlannedContrast[], summary: MetricSummary, metricOutcome: MetricOutcome, role: Comparison['role']): PartContrasts {
  const { design } = plan;
  const always = (refusal: Refusal): PartContrasts => { const all = planned.map(() => refusal); return () => all; };
  const refused = unsupported(plan, plan.metrics.find(({ name }) => name === summary.metric)!);
  if (refused) return always(refused);
  const { outcome } = metricOutcome;
  if (isRefusal(outcome)) return always(outcome);
  const byArm: PartContrasts = (cells) => armContrasts(summary, metricOutcome, planned, cells);
  switch (design?.kind) {
    case undefined: case 'rerandomised': case 'holdout': return byArm;
    case 'stratified': return (cells, part) => (part === 'all' ? strataEffects(summary, planned, outcome) : byArm(cells, part));
    case 'factorial': return (cells) => factorialEffects(plan, summary, planned, cells, outcome);
    case 'encouragement': return role === 'guardrail' ? byArm : (cells, part) => complierEffects(summary, planned, cells, design, byArm(cells, part));
    case 'cluster': return whole(planned, () => clusterEffects(summary, planned, outcome));
    case 'paired': return whole(planned, () => planned.map((contrast) => pairedEffect(summary, contrast, outcome)));
    case 'switchback': return whole(planned, () => planned.map((contrast) => {
      const fit = switchbackFit(summary, contrast, design);
      return isRefusal(fit) ? fit : fit.contrast();
    }));
  }
}

const whole = (planned: readonly PlannedContrast[], read: () => readonly (Contrast | Refusal)[]): PartContrasts =>
  (_, part) => (part === 'all' ? read() : planned.map(() => noSegments));

/** Arms as they were randomised; a combined arm is compared beside the arms that it does not hold, so that the control keeps its value. */
function armContrasts(summary: MetricSummary, outcome: MetricOutcome, planned: readonly PlannedContrast[], cells: Cells): (Contrast | Refusal)[] {
  const control = cells.get(planned[0]!.controlArms[0]!);
  if (planned.every(({ treatmentArms }) => treatmentArms.length === 1)) return cellContrasts(summary, outcome, control, planned.map(({ treatmentArms }) => cells.get(treatmentArms[0]!)));
  const single = planned.filter(({ treatmentArms }) => treatmentArms.length === 1);
  const found = cellContrasts(summary, outcome, control, single.map(({ treatmentArms }) => cells.get(treatmentArms[0]!)));
  return planned.map((contrast) => {
    if (contrast.treatmentArms.length === 1) return found[single.indexOf(contrast)]!;
    const together = mergedCell(contrast.treatmentArms, cells);
    if (isRefusal(together)) return together;
    const others = single.filter(({ treatmentArms }) => !contrast.treatmentArms.includes(treatmentArms[0]!));
    return cellContrasts(summary, outcome, control, [together, ...others.map(({ treatmentArms }) => cells.get(treatmentArms[0]!))])[0]!;
  });
}

function mergedCell(arms: readonly string[], cells: Cells): Cell['summary'] | undefined | Refusal {
  const found = arms.flatMap((arm) => { const cell = cells.get(arm); return cell ? [cell] : []; });
  if (found.some(({ kind }) => kind === 'quantile')) return refuse('unsupported_combination', 'a quantile of several arms together does not follow from the quantile of each', 'Compare each arm, or give the arms one name in the data.');
  const moments = found as readonly (Moments & { kind: 'moments' })[];
  if (moments.length === 0) return undefined;
  const { n, columns, mean, scatter } = moments.reduce<Moments>((a, b) => mergeMoments(a, b), { n: 0, columns: moments[0]!.columns, mean: [], scatter: [] });
  return { kind: 'moments', n, columns: [...columns], mean: [...mean], scatter: scatter.map((row) => [...row]) };
}
