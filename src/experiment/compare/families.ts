import type { Corrected } from '../../stats/corrections/correction.js';
import { corrections } from '../../stats/corrections/index.js';
import type { Effect } from '../../stats/effects/effect.js';
import { isRefusal } from '../../stats/refusal.js';
import { families } from '../analysis.js';
import type { Plan } from '../plan.js';
import type { BoundInference } from './inference-of.js';
import type { Row } from './rows.js';

/** The p-values of each row, and what its family's correction makes of them; NaN where the row has no difference. */
export interface Judgements {
  /** of no effect, for each row alone, shape (rows) */
  readonly pValues: Float64Array;
  /** NaN where no correction applies, shape (rows) */
  readonly adjusted: Float64Array;
  /** alpha of the simultaneous interval, shape (rows) */
  readonly levels: Float64Array;
  readonly rejected: boolean[];
  readonly reach: Corrected['reach'][number][];
}

/**
 * Corrects each family of rows: goals, other metrics, segments. Guardrails must all hold, so they need none.
 *
 * A row has one null, no effect, so the p-value of its difference stands for its lift too; where the method has a scale, the
 * two differ, and that of the lift is the row's. Rows that refused are not counted.
 */
export function judgeFamilies(plan: Plan, inference: BoundInference, rows: readonly Row[]): Judgements {
  const judgements: Judgements = {
    pValues: new Float64Array(rows.length).fill(NaN), adjusted: new Float64Array(rows.length).fill(NaN), levels: new Float64Array(rows.length).fill(NaN),
    rejected: rows.map(() => false), reach: rows.map(() => 'keep'),
  };
  const isOfEValues = corrections[plan.correction].reads === 'e_values';
  const evidence = isOfEValues ? new Float64Array(rows.length).fill(NaN) : judgements.pValues;
  for (const [i, row] of rows.entries()) {
    const effect = testedEffect(row, inference);
    if (!effect) continue;
    judgements.pValues[i] = inference.pValue(effect);
    if (isOfEValues) evidence[i] = Math.min(1, 1 / inference.eValue!(effect));
  }
  if (plan.correction !== 'none') for (const family of families) if (family !== 'guardrails') correctFamily(plan, rows, family, evidence, judgements);
  return judgements;
}

/** The effect whose p-value is the row's; undefined when the row refused. */
function testedEffect({ contrast }: Row, inference: BoundInference): Effect | undefined {
  if (isRefusal(contrast)) return undefined;
  const candidates = inference.hasScale ? [contrast.lift, contrast.difference] : [contrast.difference];
  return candidates.find((effect): effect is Effect => !isRefusal(effect) && inference.refusal(effect) === null);
}

/** @param evidence p-values, or one over e-values for a correction that reads those */
function correctFamily(plan: Plan, rows: readonly Row[], family: Row['family'], evidence: Float64Array, { adjusted, levels, rejected, reach }: Judgements): void {
  const members: number[] = [];
  for (let i = 0; i < rows.length; i++) if (rows[i]!.family === family && !Number.isNaN(evidence[i]!)) members.push(i);
  const tiers = family === 'goals' ? members.map((i) => tierOf(plan, rows[i]!.metric)) : undefined;
  const corrected = corrections[plan.correction].correct(members.map((i) => evidence[i]!), plan.decision.alpha, tiers);
  for (let position = 0; position < members.length; position++) {
    const i = members[position]!;
    adjusted[i] = corrected.pValues[position]!;
    levels[i] = corrected.levels[position]!;
    rejected[i] = corrected.rejected[position]!;
    reach[i] = corrected.reach[position]!;
  }
}

const tierOf = ({ decision }: Plan, metric: string): number => decision.goals.find((goal) => goal.metric === metric)?.tier ?? 1;
