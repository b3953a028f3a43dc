import { ansi, type Dialect } from './ansi.js';

/** PostgreSQL 12 or later: older covariances subtract sums of squares. */
export const postgres: Dialect = {
  ...ansi,
  name: 'postgres',
  number: (value) => `${ansi.number(value)}::float8`,
  asText: (x) => `cast(${x} as text)`,
  // no engine function floors an integer quotient: div() of numeric truncates towards zero
  floorDivide: (a, b) => `cast(floor(cast(${a} as numeric) / ${b}) as bigint)`,
  isFinite: (x) => `(${x} not in ('NaN'::float8, 'Infinity'::float8, '-Infinity'::float8))`,
  byteOrder: (x) => `${x} collate "C"`,
  checksum: (relation) => `select count(*) as n, coalesce(cast(sum(hashtextextended(cast(r as text), 0)::numeric) as text), '0') as checksum from ${relation} as r`,
};
