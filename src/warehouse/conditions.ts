import type { Filter } from '../experiment/metric.js';
import type { Dialect } from './dialects/ansi.js';
import { columnOf, type Column, type Relation } from './relation.js';
import { DataError } from './warehouse.js';
import { toMicroseconds } from './times.js';

const COMPARE = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=', in: 'in', not_in: 'not in' } as const;

/**
 * Filters -> a SQL condition; true when there are none.
 *
 * As in SQL, a null passes only `is_null`. A literal takes the type of its column, so that "1" finds the number 1.
 */
export function conditionOf(dialect: Dialect, relation: Relation, filters: readonly Filter[], field: string): string {
  if (filters.length === 0) return '1 = 1';
  return filters.map((filter) => comparison(dialect, relation, filter, field)).join(' and ');
}

function comparison(dialect: Dialect, relation: Relation, filter: Filter, field: string): string {
  const column = columnOf(relation, filter.column, field);
  const name = dialect.quote(column.name);
  if (filter.op === 'is_null') return `${name} is null`;
  if (filter.op === 'not_null') return `${name} is not null`;
  const fail = (value: unknown): never => {
    throw new DataError(`column "${column.name}" of ${relation.title} is ${column.declared} and cannot be compared with ${JSON.stringify(value)}`, `${relation.path}.${field}`);
  };
  const literal = (value: string | number | boolean): string => literalFor(dialect, column, value) ?? fail(value);
  const left = operand(dialect, column, name, relation.zone);
  const value = filter.value!;
  const right = Array.isArray(value) ? `(${value.map(literal).join(', ')})` : literal(value);
  return `${left} ${COMPARE[filter.op]} ${right}`;
}

function operand(dialect: Dialect, column: Column, name: string, zone: string): string {
  switch (column.type) {
    case 'boolean': return dialect.asBit(name).replace(' else 0 ', ` when not ${name} then 0 `);
    case 'integer': return name;
    case 'text': return dialect.byteOrder(name);
    case 'number': return dialect.asDouble(name);
    case 'timestamp': case 'timestamptz': case 'date': return dialect.microseconds(name, column.type, zone);
    default: return dialect.asText(name);
  }
}

function literalFor(dialect: Dialect, column: Column, value: string | number | boolean): string | undefined {
  switch (column.type) {
    case 'boolean':
      if (value === true || value === 1 || value === 'true') return '1';
      return value === false || value === 0 || value === 'false' ? '0' : undefined;
    case 'integer': case 'number': {
      const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
      if (!Number.isFinite(number)) return undefined;
      return column.type === 'integer' && Number.isSafeInteger(number) ? String(number) : dialect.number(number);
    }
    case 'timestamp': case 'timestamptz': case 'date': {
      const text = String(value);
      const microseconds = toMicroseconds(/(Z|[+-]\d\d:?\d\d)$/.test(text) && text.includes('T') ? text : `${text.replace(' ', 'T')}${/[T ]/.test(text) ? '' : 'T00:00:00'}Z`);
      return Number.isFinite(microseconds) ? String(microseconds) : undefined;
    }
    default: return dialect.text(String(value));
  }
}
