import type { ColumnType } from '../dialects/ansi.js';

/** DuckDB's name of a type -> what a query must know of it. */
export function columnType(declared: string): ColumnType {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|UHUGEINT)$/.test(declared)) return 'integer';
  if (/^(FLOAT|DOUBLE|DECIMAL.*)$/.test(declared)) return 'number';
  if (declared === 'BOOLEAN') return 'boolean';
  if (declared === 'VARCHAR') return 'text';
  if (declared === 'TIMESTAMP WITH TIME ZONE') return 'timestamptz';
  if (/^TIMESTAMP/.test(declared)) return 'timestamp';
  return declared === 'DATE' ? 'date' : 'other';
}
