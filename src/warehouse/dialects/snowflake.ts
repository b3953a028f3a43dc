import { ansi, type Dialect } from './ansi.js';

/** @see https://docs.snowflake.com/en/sql-reference/functions-all */
export const snowflake: Dialect = {
  ...ansi,
  name: 'snowflake',
  text: (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
  asWideInteger: (x) => `cast(${x} as number(38, 0))`,
  microseconds: (x, type, zone) => (type === 'timestamptz' || zone === 'UTC'
    ? `date_part(epoch_microsecond, ${x})` : `date_part(epoch_microsecond, convert_timezone(${snowflake.text(zone)}, 'UTC', ${x}))`),
  isFinite: (x) => `(${x} not in ('NaN'::float, 'inf'::float, '-inf'::float))`,
  firstByKeys: (x, keys) => `get(array_agg(${x}) within group (order by ${[...keys, x].join(', ')}), 0)`,
  quantiles: (x, probabilities) => `array_construct(${probabilities.map((p) => `percentile_cont(${ansi.number(p)}) within group (order by ${x})`).join(', ')})`,
  list: (x) => `array_agg(${x})`,
  firstAtOrAfter: (list, bound) => `array_min(filter(${list}, e -> e >= ${bound}))`,
};
