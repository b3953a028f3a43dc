import type { Look } from '../../stats/inference/inference.js';
import { isOneSided } from '../inference.js';
import type { Plan } from '../plan.js';
import type { Summaries } from '../summaries.js';

const MS_PER_DAY = 86_400_000;

/** The look that an analysis of all the data is. It is the planned end only where the data end there: one look, not all from then on. */
export function presentLook(plan: Plan, { asOf, exposures }: Summaries): Look {
  return {
    alpha: plan.decision.alpha,
    isOneSided: isOneSided(plan),
    units: exposures.arms.reduce((sum, arm) => sum + arm.units, 0),
    unitsByDay: cumulativeUnits(exposures.days).map(({ units }) => units),
    isPlannedEnd: asOf !== null && isEnd(plan, Date.parse(asOf)),
  };
}

/** The look that an analysis at the end of a day (UTC) would have been. */
export function lookAfter(plan: Plan, { asOf, exposures }: Summaries, day: string): Look {
  const days = cumulativeUnits(exposures.days).filter((row) => row.day <= day).map(({ units }) => units);
  return {
    alpha: plan.decision.alpha,
    isOneSided: isOneSided(plan),
    units: days.at(-1) ?? 0,
    unitsByDay: days,
    isPlannedEnd: isEnd(plan, Math.min(Date.parse(day) + MS_PER_DAY, asOf === null ? Infinity : Date.parse(asOf))),
  };
}

const isEnd = ({ decision }: Plan, time: number): boolean => decision.plannedEnd !== undefined && Date.parse(decision.plannedEnd) === time;

/** Units of all arms by the end of each day, days ascending. */
export function cumulativeUnits(rows: Summaries['exposures']['days']): { readonly day: string; readonly units: number }[] {
  const byDay = new Map<string, number>();
  for (const { day, units } of rows) byDay.set(day, (byDay.get(day) ?? 0) + units);
  let total = 0;
  return [...byDay].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, units]) => ({ day, units: total += units }));
}
