import type pg from 'pg';
import type { ColumnType } from '../dialects/ansi.js';
import type { Column } from '../relation.js';

/** Object ids of pg_catalog types, fixed since long. */
const TYPES: Readonly<Record<number, ColumnType>> = {
  16: 'boolean', 20: 'integer', 21: 'integer', 23: 'integer', 700: 'number', 701: 'number', 1700: 'number',
  25: 'text', 1043: 'text', 1114: 'timestamp', 1184: 'timestamptz', 1082: 'date',
};

/** Columns of a relation without reading a row of it. */
export async function columnsOf(query: (text: string) => Promise<pg.QueryResult>, from: string): Promise<Column[]> {
  const { fields } = await query(`select * from ${from} as t limit 0`);
  const ids = [...new Set(fields.map((field) => field.dataTypeID))];
  if (ids.length === 0) return [];
  const { rows } = await query(`select oid, format_type(oid, null) as name from pg_catalog.pg_type where oid in (${ids.join(', ')})`);
  const names = new Map((rows as { oid: string; name: string }[]).map(({ oid, name }) => [Number(oid), name]));
  return fields.map(({ name, dataTypeID }) => ({ name, declared: names.get(dataTypeID) ?? `type ${dataTypeID}`, type: TYPES[dataTypeID] ?? 'other' }));
}

const FLOAT8_ARRAY = 1022;

/** Arrays of doubles are arrays, all else is the text that was sent: numbers are made of it where they are wanted. */
export const typeParser = (oid: number): ((text: string) => unknown) =>
  (oid === FLOAT8_ARRAY ? (text) => text.slice(1, -1).split(',').map(Number) : (text) => text);
