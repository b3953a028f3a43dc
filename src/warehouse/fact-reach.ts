import { EVERYTHING, type Reach } from './queries/fact-rows.js';
import type { FoundCells } from './read-cells.js';
import type { Scan } from './scans.js';

const MICROSECONDS = 1_000_000;

/**
 * When an event can count for any metric: from the first exposure less the longest pre-period to the last exposure plus the
 * longest window, and not after `asOf`. Years of events around a fortnight's experiment need not be read.
 * @param asOf microseconds
 */
export function factReach({ slots, fact }: Scan, { first, last }: Pick<FoundCells, 'first' | 'last'>, asOf: number | null, isTimed: boolean): Reach {
  const end = asOf === null ? null : asOf + 1;
  const spans = slots.flatMap((slot) => Object.values(slot.spans));
  if (!isTimed || fact.time === undefined || first === null || last === null || spans.length === 0) return { ...EVERYTHING, to: end };
  const from = first + Math.min(...spans.map((span) => span.from)) * MICROSECONDS;
  const closes = spans.every((span) => span.to !== null) ? last + Math.max(...spans.map((span) => span.to!)) * MICROSECONDS : null;
  return { from, to: closes === null ? end : end === null ? closes : Math.min(closes, end) };
}
