import { ansi, type Dialect } from './ansi.js';

/** @see https://duckdb.org/docs/stable/sql/functions/overview */
export const duckdb: Dialect = {
  ...ansi,
  name: 'duckdb',
  asDouble: (x) => `cast(${x} as double)`,
  microseconds: (x, type, zone) => {
    // casts to the type a column already has cost nothing; columns of text were checked to be times
    if (type === 'timestamptz') return `epoch_us(cast(${x} as timestamptz))`;
    const naive = `cast(${x} as timestamp)`;
    return zone === 'UTC' ? `epoch_us(${naive})` : `epoch_us(timezone(${ansi.text(zone)}, ${naive}))`;
  },
  rowHash: (values) => `hash(${values.join(', ')})`,
  instant: (microseconds, type, zone) => (type === 'timestamp' && zone === 'UTC' ? `make_timestamp(${microseconds})` : undefined),
  floorDivide: (a, b) => `(${a} // ${b})`,
  isFinite: (x) => `isfinite(${x})`,
  asWideInteger: (x) => `cast(${x} as hugeint)`,
  firstByKeys: (x, keys) => `min(struct_pack(${keys.map((key, i) => `k${i} := ${key}`).join(', ')}, x := ${x})).x`,
  quantiles: (x, probabilities) => `quantile_cont(${x}, [${probabilities.map(ansi.number).join(', ')}])`,
  firstAtOrAfter: (list, bound) => `list_min(list_filter(${list}, lambda e: e >= ${bound}))`,
};
