/** What a column holds, as far as a query must know. */
export type ColumnType = 'integer' | 'number' | 'boolean' | 'text' | 'timestamp' | 'timestamptz' | 'date' | 'microseconds' | 'other';

/**
 * How one engine spells what the queries need. A plain record: a new engine spreads `ansi` and replaces what differs.
 *
 * Times are integers, microseconds since 1970 in UTC, as soon as they leave the raw table: windows are then integer
 * arithmetic, and the same in every engine.
 */
export interface Dialect {
  readonly name: string;
  /** identifier -> quoted identifier */
  quote(identifier: string): string;
  /** text -> string literal */
  text(value: string): string;
  /** finite number -> literal in double precision, exact to the last bit */
  number(value: number): string;
  asText(x: string): string;
  asDouble(x: string): string;
  asInteger(x: string): string;
  /** truth value -> 1 or 0 */
  asBit(condition: string): string;
  /** a column of times -> microseconds since 1970; `zone` is where clocks hung that wrote times without a zone */
  microseconds(x: string, type: ColumnType, zone: string): string;
  /** largest integer that is not above a / b, for an integer a that is not below 0 and a literal b > 0 */
  floorDivide(a: string, b: string): string;
  /** true unless the double is NaN or infinite */
  isFinite(x: string): string;
  /** text in byte order, whatever the collation of the database */
  byteOrder(x: string): string;
  /** an integer of at least 96 bits */
  asWideInteger(x: string): string;
  /** aggregate: `x` of the row with the smallest (keys..., x); null if it is null there */
  firstByKeys(x: string, keys: readonly string[]): string;
  /** aggregate: population covariance by a stable recurrence, never by raw sums of squares */
  covariance(x: string, y: string): string;
  /** aggregate: sample quantiles of type 7, as an array */
  quantiles(x: string, probabilities: readonly number[]): string;
  /** aggregate: the array of the values that are not null */
  list(x: string): string;
  /** smallest element of an array at or above a bound; null if none */
  firstAtOrAfter(list: string, bound: string): string;
  /** an order-independent checksum over all rows of a relation, as text */
  checksum?(relation: string): string;
  /** bits, the last column in the lowest, of the columns that a row of grouping sets does not have */
  groupingBits(columns: readonly string[]): string;
  modulo(a: string, b: string): string;
  /** hash of a text as 32 lower-case hexadecimal digits */
  md5(text: string): string;
  /** 64-bit hash of text values, null among them; absent: rows are matched by the values themselves */
  rowHash?(values: readonly string[]): string;
  /** an instant as a value that the raw column can be compared with, so that the engine can skip what lies outside; absent or undefined: compare microseconds */
  instant?(microseconds: number, type: ColumnType, zone: string): string | undefined;
  /** true where exact quantiles are not an aggregate: the summary is then of an approximation */
  readonly approximatesQuantiles?: true;
}

/** Enough digits that a double survives printing and reading. */
const literal = (value: number): string => {
  if (!Number.isFinite(value)) throw new Error(`a literal must be finite; got ${value}`);
  const text = String(value);
  return /e/.test(text) ? text : `${text}${/\./.test(text) ? '' : '.0'}e0`;
};

/** The base: SQL as the standard has it, where it has it. */
export const ansi: Dialect = {
  name: 'ansi',
  quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  text: (value) => `'${value.replaceAll("'", "''")}'`,
  number: literal,
  asText: (x) => `cast(${x} as varchar)`,
  asDouble: (x) => `cast(${x} as double precision)`,
  asInteger: (x) => `cast(${x} as bigint)`,
  asBit: (condition) => `case when ${condition} then 1 else 0 end`,
  microseconds: (x, type, zone) => {
    const instant = type === 'timestamptz' ? x : `(cast(${x} as timestamp) at time zone ${ansi.text(zone)})`;
    return `cast(extract(epoch from ${instant}) * 1000000 as bigint)`;
  },
  floorDivide: (a, b) => `floor(${a} / ${b})`,
  isFinite: (x) => `(${x} = ${x} and abs(${x}) <= 1.7976931348623157e308)`,
  byteOrder: (x) => x,
  asWideInteger: (x) => `cast(${x} as decimal(38, 0))`,
  firstByKeys: (x, keys) => `(array_agg(${x} order by ${[...keys, x].join(', ')}))[1]`,
  covariance: (x, y) => `covar_pop(${x}, ${y})`,
  quantiles: (x, probabilities) => `percentile_cont(array[${probabilities.map(literal).join(', ')}]) within group (order by ${x})`,
  list: (x) => `array_agg(${x}) filter (where ${x} is not null)`,
  firstAtOrAfter: (list, bound) => `(select min(e) from unnest(${list}) as l(e) where e >= ${bound})`,
  groupingBits: (columns) => `grouping(${columns.join(', ')})`,
  modulo: (a, b) => `mod(${a}, ${b})`,
  md5: (text) => `md5(${text})`,
};
