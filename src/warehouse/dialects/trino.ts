import { ansi, type Dialect } from './ansi.js';

/** @see https://trino.io/docs/current/functions.html */
export const trino: Dialect = {
  ...ansi,
  name: 'trino',
  asDouble: (x) => `cast(${x} as double)`,
  number: (value) => `double '${value}'`,
  microseconds: (x, type, zone) => `cast(to_unixtime(${type === 'timestamptz' ? x : `with_timezone(cast(${x} as timestamp(6)), ${ansi.text(zone)})`}) * 1000000 as bigint)`,
  isFinite: (x) => `is_finite(${x})`,
  firstByKeys: (x, keys) => `element_at(array_agg(${x} order by ${[...keys, x].join(', ')}), 1)`,
  // no exact quantile is an aggregate here
  quantiles: (x, probabilities) => `approx_percentile(${x}, array[${probabilities.map((p) => `double '${p}'`).join(', ')}])`,
  firstAtOrAfter: (list, bound) => `array_min(filter(${list}, e -> e >= ${bound}))`,
  md5: (text) => `lower(to_hex(md5(to_utf8(${text}))))`,
  approximatesQuantiles: true,
};
