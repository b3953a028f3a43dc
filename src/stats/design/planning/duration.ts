import { z } from 'zod';

/** How fast randomisation units arrive. Exactly one of the two. */
export const trafficSchema = z.strictObject({
  unitsPerDay: z.number().gt(0).optional().describe('new randomisation units a day'),
  newUnitsByDay: z.array(z.number().gte(0)).min(1).max(3660).optional()
    .describe('new randomisation units on each day from the start, from history; after its end the last seven days repeat'),
  share: z.number().gt(0).lte(1).default(1).describe('share of the traffic that is in the experiment, all arms together'),
  maturityDays: z.number().gte(0).default(0).describe('days that the last unit must be followed, such as 7 for a window 0d..7d'),
}).refine((t) => (t.unitsPerDay === undefined) !== (t.newUnitsByDay === undefined), { message: 'give exactly one of unitsPerDay and newUnitsByDay' }).meta({ id: 'Traffic' });
export type Traffic = z.output<typeof trafficSchema>;

/** No experiment is planned for longer, days. */
export const LONGEST_DAYS = 3660;
const WEEK = 7;

/**
 * Whole days until `units` have arrived and matured.
 * @returns null when that takes more than ten years, or traffic has stopped
 */
export function daysToReach(units: number, traffic: Traffic): number | null {
  let arrived = 0;
  // sums of equal days drift by rounding: ten days of 0.1 must be one unit
  const needed = units * (1 - 1e-12);
  for (let day = 0; day < LONGEST_DAYS; day++) {
    arrived += arrivals(day, traffic);
    if (arrived >= needed) return Math.ceil(day + 1 + traffic.maturityDays);
  }
  return null;
}

/**
 * Days until a test ends that may end at any of its looks, on average.
 * @param endsAtLook chance of each look to be the last
 * @param units      at each look, matured
 * @returns null without traffic, or when a look that may be the last is never reached
 */
export function expectedDays(endsAtLook: readonly number[], units: readonly number[], traffic: Traffic | undefined): number | null {
  if (!traffic) return null;
  let sum = 0;
  for (const [k, chance] of endsAtLook.entries()) {
    const days = chance > 0 ? daysToReach(units[k]!, traffic) : 0;
    if (days === null) return null;
    sum += chance * days;
  }
  return sum;
}

/** Randomisation units whose values are known after `days` whole days: those that have matured. */
export function unitsAfter(days: number, traffic: Traffic): number {
  let arrived = 0;
  for (let day = 0; day < days - traffic.maturityDays; day++) arrived += arrivals(day, traffic);
  return arrived;
}

const arrivals = (day: number, traffic: Traffic): number =>
  (traffic.unitsPerDay ?? dayFromHistory(traffic.newUnitsByDay!, day)) * traffic.share;

function dayFromHistory(history: readonly number[], day: number): number {
  if (day < history.length) return history[day]!;
  const cycle = Math.min(WEEK, history.length);
  return history[history.length - cycle + ((day - history.length) % cycle)]!;
}
