import type { Plan } from '../experiment/plan.js';
import type { Summaries } from '../experiment/summaries.js';
import { GROUP } from './lowered-design.js';
import { ANALYSED, EXCLUDED, MULTIPLE_ARMS, UNPLANNED_ARM } from './queries/names.js';
import type { FoundCells } from './read-cells.js';
import { numberOf, numberOrNull, type Row } from './session.js';
import { toDay, toInstant } from './times.js';

/** Counts of units: analysed by arm, day and segment, and left out by reason. */
export function exposureSummary(plan: Plan, found: FoundCells, byStatus: readonly Row[], byCell: readonly Row[]): Summaries['exposures'] {
  const rows = byStatus.map((row) => ({
    status: numberOf(row, 'status'), arm: String(row['arm']), day: numberOrNull(row, 'day'), units: numberOf(row, 'units'),
  }));
  const withStatus = (status: number) => rows.filter((row) => row.status === status);
  const analysed = withStatus(ANALYSED);
  const armUnits = countBy(analysed, ({ arm }) => arm);
  const multiple = withStatus(MULTIPLE_ARMS);
  const counted = segmentUnits(plan, found, byCell);
  return {
    rows: found.rows,
    units: total(analysed),
    nullUnits: found.nullUnits,
    nullArms: found.nullArms,
    multipleArms: total(multiple),
    multipleArmsByArm: byArm(multiple),
    excluded: plan.exposures.exclude.map(({ name }, i) => ({ name, units: total(withStatus(EXCLUDED + i)) })),
    unplannedArms: byArm(withStatus(UNPLANNED_ARM)),
    first: found.first === null ? null : toInstant(found.first),
    last: found.last === null ? null : toInstant(found.last),
    arms: plan.arms.map(({ name }) => ({ arm: name, units: armUnits.get(name) ?? 0 })),
    segments: counted.filter(({ segment }) => segment !== GROUP),
    ...randomised(plan, counted),
    days: analysed.flatMap(({ day, arm, units }) => (day === null ? [] : [{ day: toDay(day), arm, units }]))
      .sort((a, b) => compare(a.day, b.day) || armOrder(plan, a.arm) - armOrder(plan, b.arm)),
  };
}

function segmentUnits(plan: Plan, found: FoundCells, byCell: readonly Row[]): Summaries['exposures']['segments'] {
  const cells = new Map(found.cells.map((cell) => [cell.cell, cell]));
  const units = byCell.map((row) => ({ ...cells.get(numberOf(row, 'cell'))!, units: numberOf(row, 'units') }));
  return plan.segments.flatMap((segment, i) =>
    [...countBy(units, (cell) => JSON.stringify([cell.segments[i], cell.planned]))]
      .map(([key, count]) => { const [value, arm] = JSON.parse(key) as [string, number]; return { value, arm, count }; })
      .sort((a, b) => compare(a.value, b.value) || a.arm - b.arm)
      .map(({ value, arm, count }) => ({ segment: segment.name, value, arm: plan.arms[arm]!.name, units: count })));
}

/** Groups of a design that were seen, by arm: what was randomised where units were not, and what strata hold. */
function randomised({ arms, segments }: Plan, counted: Summaries['exposures']['segments']): Pick<Summaries['exposures'], 'groups'> {
  if (!segments.some(({ name }) => name === GROUP)) return {};
  const groups = counted.filter(({ segment }) => segment === GROUP);
  return { groups: arms.flatMap(({ name }) => groups.filter(({ arm }) => arm === name).map(({ arm, value, units }) => ({ arm, group: value, units }))) };
}

const armOrder = (plan: Plan, name: string): number => plan.arms.findIndex((arm) => arm.name === name);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const total = (rows: readonly { readonly units: number }[]): number => rows.reduce((sum, { units }) => sum + units, 0);
const byArm = (rows: readonly { readonly arm: string; readonly units: number }[]) =>
  [...countBy(rows, ({ arm }) => arm)].map(([arm, units]) => ({ arm, units })).sort((a, b) => compare(a.arm, b.arm));

function countBy<T extends { readonly units: number }>(rows: readonly T[], keyOf: (row: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + row.units);
  return counts;
}
