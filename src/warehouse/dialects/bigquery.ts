import { ansi, type Dialect } from './ansi.js';

/** @see https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all */
export const bigquery: Dialect = {
  ...ansi,
  name: 'bigquery',
  quote: (identifier) => `\`${identifier.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``,
  text: (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`,
  asText: (x) => `cast(${x} as string)`,
  asDouble: (x) => `cast(${x} as float64)`,
  asInteger: (x) => `cast(${x} as int64)`,
  asWideInteger: (x) => `cast(${x} as bignumeric)`,
  microseconds: (x, type, zone) => (type === 'timestamptz' ? `unix_micros(${x})` : `unix_micros(timestamp(${x}, ${bigquery.text(zone)}))`),
  isFinite: (x) => `not (is_nan(${x}) or is_inf(${x}))`,
  firstByKeys: (x, keys) => `array_agg(${x} order by ${[...keys, x].join(', ')} limit 1)[offset(0)]`,
  quantiles: (x, probabilities) => `[${probabilities.map((p) => `approx_quantiles(${x}, 10000)[offset(${Math.round(p * 10_000)})]`).join(', ')}]`,
  list: (x) => `array_agg(${x} ignore nulls)`,
  firstAtOrAfter: (list, bound) => `(select min(e) from unnest(${list}) as e where e >= ${bound})`,
  groupingBits: (columns) => columns.map((column, i) => `grouping(${column}) * ${2 ** (columns.length - 1 - i)}`).join(' + '),
  md5: (text) => `to_hex(md5(${text}))`,
  approximatesQuantiles: true,
};
