import { betaLowerTail } from './incomplete-beta.js';

/** P(F > f) with `df1` and `df2` degrees of freedom. */
export function fUpperTail(f: number, df1: number, df2: number): number {
  if (f <= 0) return 1;
  const whole = df2 + df1 * f;
  return whole === Infinity ? 0 : betaLowerTail(df2 / 2, df1 / 2, df2 / whole, (df1 * f) / whole);
}

/** P(F <= f). */
export function fLowerTail(f: number, df1: number, df2: number): number {
  if (f <= 0) return 0;
  const whole = df2 + df1 * f;
  return whole === Infinity ? 1 : betaLowerTail(df1 / 2, df2 / 2, (df1 * f) / whole, df2 / whole);
}
