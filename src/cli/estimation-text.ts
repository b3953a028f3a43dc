import type { Estimation } from '../sdk/estimate.js';
import { linesOf } from './record-text.js';

/** An estimation for a person: a line a number, nested records and lists of records indented. */
export function estimationText(estimation: Estimation): string {
  const { estimator, provenance } = estimation;
  const body = 'refusal' in estimation
    ? [`refused (${estimation.refusal.reason}): ${estimation.refusal.detail}`, `remedy: ${estimation.refusal.remedy}`]
    : linesOf(estimation.result);
  const dropped = provenance.droppedRows > 0 ? `, ${provenance.droppedRows} left out because a used column is empty` : '';
  return [estimator, ...body.map((line) => `  ${line}`), `${provenance.rows} rows of ${provenance.data}${dropped}`, ''].join('\n');
}
