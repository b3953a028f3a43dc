import type { Corrected } from '../../stats/corrections/correction.js';
import { corrections } from '../../stats/corrections/index.js';
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
 * A row has one null, no effect, so the p-value of its difference stands for its lift too. Rows that refused are not counted.
 */
export function judgeFamilies(plan: Plan, inference: BoundInference, rows: readonly Row[]): Judgements {
  const judgements: Judgements = {
    pValues: new Float64Array(rows.length).fill(NaN), adjusted: new Float64Array(rows.length).fill(NaN), levels: new Float64Array(rows.length).fill(NaN),
    rejected: rows.map(() => false), reach: rows.map(() => 'keep'),
  };
  for (const [i, { contrast }] of rows.entries()) {
    if (!isRefusal(contrast) && !isRefusal(contrast.difference)) judgements.pValues[i] = inference.pValue(contrast.difference);
  }
  if (plan.correction !== 'none') for (const family of families) if (family !== 'guardrails') correctFamily(plan, rows, family, judgements);
  return judgements;
}

function correctFamily({ correction, decision }: Plan, rows: readonly Row[], family: Row['family'], { pValues, adjusted, levels, rejected, reach }: Judgements): void {
  const members: number[] = [];
  for (let i = 0; i < rows.length; i++) if (rows[i]!.family === family && !Number.isNaN(pValues[i]!)) members.push(i);
  const corrected = corrections[correction].correct(members.map((i) => pValues[i]!), decision.alpha);
  for (let position = 0; position < members.length; position++) {
    const i = members[position]!;
    adjusted[i] = corrected.pValues[position]!;
    levels[i] = corrected.levels[position]!;
    rejected[i] = corrected.rejected[position]!;
    reach[i] = corrected.reach[position]!;
  }
}
