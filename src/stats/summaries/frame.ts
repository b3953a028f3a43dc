import type { Category, Numeric } from '../estimators/estimator.js';

/** Named columns of one length, held in memory. */
export interface Frame {
  /** rows */
  readonly n: number;
  readonly columns: ReadonlyMap<string, Numeric | Category>;
}

/** @throws RangeError when lengths differ or a name repeats */
export function frameOf(columns: readonly (Numeric | Category)[]): Frame {
  const byName = new Map(columns.map((column) => [column.name, column]));
  if (byName.size < columns.length) throw new RangeError(`frameOf needs columns of different names; got ${columns.map(({ name }) => name).join(', ')}`);
  const n = columns.length === 0 ? 0 : lengthOf(columns[0]!);
  for (const column of columns) {
    if (lengthOf(column) !== n) throw new RangeError(`frameOf needs columns of one length; ${column.name} has ${lengthOf(column)} rows, ${columns[0]!.name} has ${n}`);
  }
  return { n, columns: byName };
}

const lengthOf = (column: Numeric | Category): number => ('values' in column ? column.values.length : column.codes.length);

/** Codes a column of texts by its sorted levels. */
export function categoryOf(name: string, texts: readonly string[]): Category {
  const levels = [...new Set(texts)].sort();
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  return { name, codes: Int32Array.from(texts, (text) => codeOf.get(text)!), levels };
}

/** A numeric column read as labels, such as a 0/1 treatment; levels ascend by value, NaN has code -1. */
export function categoryOfNumeric({ name, values }: Numeric): Category {
  const sorted = [...new Set(values.filter((value) => !Number.isNaN(value)))].sort((a, b) => a - b);
  const codeOf = new Map(sorted.map((value, code) => [value, code]));
  return { name, codes: Int32Array.from(values, (value) => codeOf.get(value) ?? -1), levels: sorted.map(String) };
}

/** Values of the rows that have this code, in row order. */
export function valuesWhere({ values }: Numeric, codes: Int32Array, code: number): Float64Array {
  return values.filter((_, row) => codes[row] === code);
}
