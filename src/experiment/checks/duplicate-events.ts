import { formatCounted, formatList, formatShare } from '../format.js';
import { informing, NOTABLE_SHARE, type CheckFunction } from './check.js';

/** Rows that repeat a declared idempotency key are counted once; fact tables without a key cannot be asked. */
export const duplicateEvents: CheckFunction = (plan, { facts }) => {
  const keyed = facts.filter((fact) => plan.facts.some(({ name, id }) => name === fact.name && id !== undefined));
  if (keyed.length === 0) return null;
  const repeated = keyed.filter((fact) => fact.duplicates > 0);
  if (repeated.length === 0) return informing('duplicate_events', 'pass', `No row repeats its key in ${formatList(keyed.map((fact) => fact.name))}.`);
  const named = repeated.map((fact) => `${fact.name} ${formatCounted(fact.duplicates, 'row')} (${formatShare(fact.duplicates / fact.rows)})`);
  const isNotable = repeated.some((fact) => fact.duplicates / fact.rows > NOTABLE_SHARE);
  return informing('duplicate_events', isNotable ? 'warn' : 'pass', `Rows that repeat their key were counted once: ${formatList(named)}.`);
};
