import { ansi, type Dialect } from './ansi.js';

/** @see https://spark.apache.org/docs/latest/api/sql/ */
export const spark: Dialect = {
  ...ansi,
  name: 'spark',
  quote: (identifier) => `\`${identifier.replaceAll('`', '``')}\``,
  text: (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  asText: (x) => `cast(${x} as string)`,
  asDouble: (x) => `cast(${x} as double)`,
  microseconds: (x, type, zone) => (type === 'timestamptz' ? `unix_micros(${x})` : `unix_micros(to_utc_timestamp(${x}, ${spark.text(zone)}))`),
  floorDivide: (a, b) => `(${a} div ${b})`,
  firstByKeys: (x, keys) => `min(struct(${keys.map((key, i) => `${key} as k${i}`).join(', ')}, ${x} as x)).x`,
  quantiles: (x, probabilities) => `percentile(${x}, array(${probabilities.map(ansi.number).join(', ')}))`,
  list: (x) => `collect_list(${x})`,
  firstAtOrAfter: (list, bound) => `array_min(filter(${list}, e -> e >= ${bound}))`,
  groupingBits: (columns) => `grouping_id(${columns.join(', ')})`,
};
