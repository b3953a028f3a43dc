import { ansi, type Dialect } from './ansi.js';

/** With `join_use_nulls = 1`. @see https://clickhouse.com/docs/sql-reference/functions */
export const clickhouse: Dialect = {
  ...ansi,
  name: 'clickhouse',
  quote: (identifier) => `"${identifier.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  text: (value) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  asText: (x) => `toString(${x})`,
  asDouble: (x) => `cast(${x}, 'Nullable(Float64)')`,
  asInteger: (x) => `cast(${x}, 'Nullable(Int64)')`,
  asWideInteger: (x) => `toInt128(${x})`,
  microseconds: (x, _type, zone) => `toUnixTimestamp64Micro(toDateTime64(${x}, 6, ${clickhouse.text(zone)}))`,
  floorDivide: (a, b) => `intDiv(${a}, ${b})`,
  isFinite: (x) => `isFinite(${x})`,
  firstByKeys: (x, keys) => `argMin(tuple(${x}), tuple(${[...keys, x].join(', ')})).1`,
  // plain covarPop subtracts sums of products
  covariance: (x, y) => `covarPopStable(${x}, ${y})`,
  quantiles: (x, probabilities) => `quantilesExactInclusive(${probabilities.join(', ')})(${x})`,
  md5: (text) => `lower(hex(MD5(${text})))`,
  list: (x) => `groupArray(${x})`,
  firstAtOrAfter: (list, bound) => `arrayReduce('minOrNull', arrayFilter(e -> e >= ${bound}, ${list}))`,
};
