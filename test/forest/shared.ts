import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isRefusal, type Refusal } from '../../src/stats/refusal.js';

const root = process.env.ASSAY_SHARED ?? path.resolve('..', 'shared');

/** Columns of a data set of the shared folder by header name (c0, c1, ... without a header); null when it is absent. */
export function dataset(file: string, options: { readonly header?: boolean; readonly separator?: string } = {}): Record<string, string[]> | null {
  const at = path.join(root, 'datasets', file);
  if (!existsSync(at)) {
    process.stderr.write(`skipped: ${file} is not in ${root}\n`);
    return null;
  }
  const separator = options.separator ?? ',';
  const lines = readFileSync(at, 'utf8').trim().split('\n').map((line) => line.trim().replaceAll('"', '').split(separator));
  const names = options.header === false ? lines[0]!.map((_, i) => `c${i}`) : lines.shift()!;
  return Object.fromEntries(names.map((name, i) => [name, lines.map((line) => line[i]!)]));
}

export const numbers = (column: readonly string[]): Float64Array =>
  Float64Array.from(column, (text) => (text === '' || text === 'NA' ? NaN : Number(text)));

export const answered = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(value.detail);
  return value;
};

export const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
export const rms = (a: ArrayLike<number>, b: ArrayLike<number>): number => Math.sqrt(mean(Array.from(a, (value, i) => (value - b[i]!) ** 2)));
