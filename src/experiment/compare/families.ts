import type { Corrected } from '../../stats/corrections/correction.js';
import { corrections } from '../../stats/corrections/index.js';
import type { Effect } from '../../stats/effects/effect.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
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
export function judgeFamilies(plan: Plan, inference: BoundInference, rows: Iterable<Row>): Judgements {
  const correction = corrections[plan.correction];
  const members: Member[] = [];
  const pValues: number[] = [];
  for (const row of rows) {
    const effect = testedEffect(row, inference);
    const pValue = effect ? inference.pValue(effect) : NaN;
    if (effect) members.push({ index: pValues.length, family: row.family, metric: row.metric, evidence: correction.reads === 'e_values' ? Math.min(1, 1 / inference.eValue!(effect)) : pValue });
    pValues.push(pValue);
  }
  const judgements: Judgements = {
    pValues: Float64Array.from(pValues), adjusted: new Float64Array(pValues.length).fill(NaN), levels: new Float64Array(pValues.length).fill(NaN),
    rejected: pValues.map(() => false), reach: pValues.map(() => 'keep'),
  };
  if (plan.correction !== 'none') for (const family of families) if (family !== 'guardrails') correctFamily(plan, members.filter((member) => member.family === family), judgements);
  return judgements;
}

/** A row that has an answer, as far as its family's correction must know it. */
interface Member {
  readonly index: number;
  readonly family: Row['family'];
  readonly metric: string;
  /** p-value, or one over the e-value for a correction that reads those */
  readonly evidence: number;
}

/** The effect whose p-value is the row's; undefined when the row refused. */
function testedEffect({ contrast }: Row, inference: BoundInference): Effect | undefined {
  if (isRefusal(contrast)) return undefined;
  const isAnswered = (effect: Effect | Refusal): effect is Effect => !isRefusal(effect) && inference.refusal(effect) === null;
  if (inference.hasScale && isAnswered(contrast.lift)) return contrast.lift;
  return isAnswered(contrast.difference) ? contrast.difference : undefined;
}

function correctFamily(plan: Plan, members: readonly Member[], { adjusted, levels, rejected, reach }: Judgements): void {
  const tiers = members[0]?.family === 'goals' ? members.map(({ metric }) => tierOf(plan, metric)) : undefined;
  const corrected = corrections[plan.correction].correct(members.map(({ evidence }) => evidence), plan.decision.alpha, tiers);
  for (const [position, { index }] of members.entries()) {
    adjusted[index] = corrected.pValues[position]!;
    levels[index] = corrected.levels[position]!;
    rejected[index] = corrected.rejected[position]!;
    reach[index] = corrected.reach[position]!;
  }
}

const tierOf = ({ decision }: Plan, metric: string): number => decision.goals.find((goal) => goal.metric === metric)?.tier ?? 1;
