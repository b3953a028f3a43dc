import { expect } from '@jest/globals';

/** Sums of at most a few thousand doubles in another order. */
const RELATIVE = 1e-9;

interface Momentous { kind: 'moments'; n: number; mean: number[]; scatter: number[][] }
const isMoments = (value: unknown): value is Momentous => typeof value === 'object' && value !== null && (value as Momentous).kind === 'moments';

/** Equal in shape, order and counts; doubles to 1e-9 relative, and co-moments to 1e-9 of the product of their spreads. */
export function expectClose(actual: unknown, expected: unknown, where = 'summaries'): void {
  if (isMoments(expected) && isMoments(actual)) return expectMoments(actual, expected, where);
  if (Array.isArray(expected)) {
    same((actual as unknown[]).length, expected.length, `${where}.length`);
    expected.forEach((item, i) => expectClose((actual as unknown[])[i], item, `${where}[${i}]`));
  } else if (typeof expected === 'object' && expected !== null) {
    same(Object.keys(actual as object).sort().join(), Object.keys(expected).sort().join(), where);
    for (const [key, item] of Object.entries(expected)) expectClose((actual as Record<string, unknown>)[key], item, `${where}.${key}`);
  } else if (typeof expected === 'number' && !Number.isInteger(expected)) near(actual as number, expected, RELATIVE * Math.abs(expected), where);
  else if (typeof expected === 'number' && typeof actual === 'number') near(actual, expected, RELATIVE * Math.abs(expected) * (Math.abs(expected) > 1e8 ? 1 : 0), where);
  else same(actual, expected, where);
}

function expectMoments(actual: Momentous, expected: Momentous, where: string): void {
  same(actual.n, expected.n, `${where}.n`);
  expected.mean.forEach((mean, i) => near(actual.mean[i]!, mean, RELATIVE * Math.max(Math.abs(mean), spread(expected, i)), `${where}.mean[${i}]`));
  expected.scatter.forEach((row, i) => row.forEach((sum, j) =>
    near(actual.scatter[i]![j]!, sum, RELATIVE * expected.n * spread(expected, i) * spread(expected, j), `${where}.scatter[${i}][${j}]`)));
}

/** Standard deviation, or for a constant the last digits of its mean. */
const spread = ({ n, mean, scatter }: Momentous, i: number): number => Math.max(Math.sqrt(scatter[i]![i]! / n), Math.abs(mean[i]!) * 1e-12);

function near(actual: number, expected: number, tolerance: number, where: string): void {
  if (!(Math.abs(actual - expected) <= tolerance)) same(actual, expected, where);
}

/** There are tens of thousands of leaves: an assertion is made of those alone that fail. */
function same(actual: unknown, expected: unknown, where: string): void {
  if (actual !== expected) expect({ where, value: actual }).toEqual({ where, value: expected });
}
