/** Longer lists are cut: JSON has them whole. */
const MOST_ROWS = 20;

/** A line a number; nested records and lists of records are indented. */
export function linesOf(record: Readonly<Record<string, unknown>>): string[] {
  const width = Math.max(0, ...Object.keys(record).map((key) => key.length));
  return Object.entries(record).flatMap(([key, value]) => {
    if (isRecord(value)) return [key, ...linesOf(value).map((line) => `  ${line}`)];
    if (Array.isArray(value) && value.some(isRecord)) return [key, ...rowsOf(value).map((line) => `  ${line}`)];
    return [`${key.padEnd(width)}  ${textOf(value)}`];
  });
}

function rowsOf(values: readonly unknown[]): string[] {
  const rows = values.slice(0, MOST_ROWS).map((value) => (isRecord(value) ? Object.entries(value).map(([key, each]) => `${key} ${textOf(each)}`).join('  ') : textOf(value)));
  return values.length > MOST_ROWS ? [...rows, `and ${values.length - MOST_ROWS} more`] : rows;
}

/** One value: six significant digits. */
export function textOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (Array.isArray(value)) return value.length > MOST_ROWS ? `${value.slice(0, MOST_ROWS).map(textOf).join(', ')} and ${value.length - MOST_ROWS} more` : value.map(textOf).join(', ');
  return isRecord(value) ? JSON.stringify(value) : String(value ?? 'none');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
