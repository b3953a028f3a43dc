import type { Plan } from '../experiment/plan.js';
import { GROUP } from './lowered-design.js';
import { CELLS } from './queries/names.js';
import { numberOf, numberOrNull, type Row, type Session } from './session.js';
import { DataError } from './warehouse.js';

/** One combination of arm and segment values that is in the data. */
export interface FoundCell {
  readonly cell: number;
  /** index in the plan; -1: not planned */
  readonly planned: number;
  readonly arm: string | null;
  readonly segments: readonly string[];
}
export interface FoundCells {
  readonly cells: readonly FoundCell[];
  readonly rows: number;
  readonly nullUnits: number;
  readonly nullArms: number;
  /** microseconds; null without exposure times */
  readonly first: number | null;
  readonly last: number | null;
  /** a row can be matched with its cell by hash alone: every combination is in the list, so this is known, not hoped for */
  readonly hashesDiffer: boolean;
}

/** A segment is for reading row by row: beyond this it is an id, not a segment. */
const MOST_VALUES = 1000;
/** Groups of a design come back one by one: beyond this they are units. */
const MOST_GROUPS = 50_000;

/** @param told  rows, units and times of the exposures; undefined: they are with the cells */
export async function readCells(session: Session, plan: Plan, isTimed: boolean, told?: Row): Promise<FoundCells> {
  const names = plan.segments.map((_, i) => `s${i}`);
  for (const [i, segment] of plan.segments.entries()) {
    const [count] = await session.rows(`values of segment ${segment.name}`, `select count(distinct s${i}) as n from ${CELLS}`);
    const values = numberOf(count!, 'n');
    if (segment.name === GROUP) {
      if (values > MOST_GROUPS) throw new DataError(`the design has ${values} groups in column "${segment.column}", and at most ${MOST_GROUPS} can be summarised; name the column of what was randomised, or choose longer buckets`, 'design');
    } else if (values > MOST_VALUES) throw new DataError(`segment ${segment.name} has ${values} values in column "${segment.column}", and at most ${MOST_VALUES} can be reported`, `segments.${i}`);
  }
  const times = isTimed ? ', sum(with_time) as with_time, min(first_at) as first_at, max(last_at) as last_at' : '';
  const [counted] = await session.rows('rows of exposures', `select sum(row_count) as row_count, sum(case when arm is null then row_count else 0 end) as null_arms${told ? '' : `,
  sum(with_unit) as with_unit${times}`}
from ${CELLS}`);
  const totals = { ...counted, ...told };
  const rows = numberOf(totals, 'row_count');
  const untimed = isTimed ? rows - numberOf(totals, 'with_time') : 0;
  if (untimed > 0) {
    throw new DataError(`${untimed} of ${rows} exposures have no time in column "${plan.exposures.time}", so it cannot be said when their units were first exposed`, 'exposures.time');
  }
  const hash = session.dialect.rowHash ? `, ${session.dialect.asText('row_hash')} as row_hash` : '';
  const list = await session.rows('arms and segments', `select cell, planned, arm${hash}${names.map((name) => `, ${name}`).join('')} from ${CELLS} order by cell`);
  return {
    cells: list.map((row) => foundCell(row, names)),
    rows,
    nullUnits: rows - numberOf(totals, 'with_unit'),
    nullArms: numberOf(totals, 'null_arms'),
    first: numberOrNull(totals, 'first_at'),
    last: numberOrNull(totals, 'last_at'),
    hashesDiffer: hash !== '' && new Set(list.map((row) => row['row_hash'])).size === list.length,
  };
}

const foundCell = (row: Row, names: readonly string[]): FoundCell => ({
  cell: numberOf(row, 'cell'),
  planned: numberOf(row, 'planned'),
  arm: row['arm'] === null ? null : String(row['arm']),
  segments: names.map((name) => String(row[name])),
});
