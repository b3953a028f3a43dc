/** A column in memory. Times are whole seconds since 1970, UTC; `levels[codes[i]]` is the value of a category. */
export type Column =
  | { readonly kind: 'integer' | 'time'; readonly values: Int32Array }
  | { readonly kind: 'number'; readonly values: Float64Array }
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  | { readonly kind: 'category'; readonly values: Uint8Array; readonly levels: readonly string[] };

/** Named columns of one length. */
export interface Table<C extends string = string> {
  readonly rows: number;
  readonly columns: Readonly<Record<C, Column>>;
}

/** What a column will hold: its kind, or the levels of a category. */
export type ColumnType = Exclude<Column['kind'], 'category'> | readonly string[];

export interface TableWriter<C extends string> {
  /** one number a column, in the order of the schema; a category takes the code of its level, a boolean 0 or 1 */
  append(...row: readonly number[]): void;
  finish(): Table<C>;
}

/** Rows into typed arrays, which double when they are full. */
export function tableWriter<C extends string>(schema: Readonly<Record<C, ColumnType>>, capacity = 1024): TableWriter<C> {
  const names = Object.keys(schema) as C[];
  let columns = names.map((name) => emptyValues(schema[name], capacity));
  let rows = 0;
  return {
    append(...row) {
      if (rows === columns[0]!.length) columns = columns.map((values) => grown(values, 2 * rows));
      for (let i = 0; i < columns.length; i++) columns[i]![rows] = row[i]!;
      rows++;
    },
    finish: () => ({
      rows,
      columns: Object.fromEntries(names.map((name, i) => [name, columnOf(schema[name], columns[i]!.subarray(0, rows))])) as Record<C, Column>,
    }),
  };
}

type Values = Int32Array | Float64Array | Uint8Array;

function emptyValues(type: ColumnType, length: number): Values {
  if (type === 'integer' || type === 'time') return new Int32Array(length);
  return type === 'number' ? new Float64Array(length) : new Uint8Array(length);
}

function grown(values: Values, length: number): Values {
  const longer = new (values.constructor as new (length: number) => Values)(length);
  longer.set(values);
  return longer;
}

const columnOf = (type: ColumnType, values: Values): Column =>
  (typeof type === 'string' ? { kind: type, values } : { kind: 'category', values, levels: type }) as Column;
