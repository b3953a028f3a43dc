import { formatCounted, formatList, formatShare } from '../format.js';
import { informing, NOTABLE_SHARE, type CheckFunction } from './check.js';

/** Values that are NaN or infinite cannot be summed; their rows are left out. */
export const notFinite: CheckFunction = (_plan, { facts }) => {
  const spoiled = facts.filter((fact) => fact.notFinite > 0);
  if (spoiled.length === 0) return informing('not_finite', 'pass', 'Every value is a finite number.');
  const named = spoiled.map((fact) => `${fact.name} ${formatCounted(fact.notFinite, 'value')}${fact.rows > 0 ? ` (${formatShare(fact.notFinite / fact.rows)} of rows)` : ''}`);
  const isNotable = spoiled.some((fact) => fact.notFinite > NOTABLE_SHARE * fact.rows);
  return informing('not_finite', isNotable ? 'fail' : 'warn', `Values that are NaN or infinite were left out with their rows: ${formatList(named)}.`);
};
