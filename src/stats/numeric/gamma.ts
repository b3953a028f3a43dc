const { abs, log } = Math;

/** Half the log of 2 pi. */
export const HALF_LOG_TWO_PI = 0.918938533204672741780329736406;
/** From here on the Stirling series below is exact to rounding. */
const SERIES_FROM = 10;

/** B_2k / (2k (2k - 1)), k = 1..8. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400] as const;

function stirlingSeries(x: number): number {
  const inverseSquare = 1 / (x * x);
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum * inverseSquare + STIRLING[k]!;
  return sum / x;
}

/**
 * log Gamma(x), x > 0; absolute error about 1e-15 below x = 10, relative 1e-15 above.
 */
export function logGamma(x: number): number {
  if (x >= SERIES_FROM) return (x - 0.5) * log(x) - x + HALF_LOG_TWO_PI + stirlingSeries(x);
  let product = 1;
  let shifted = x;
  for (; shifted < SERIES_FROM; shifted++) product *= shifted;
  return (shifted - 0.5) * log(shifted) - shifted + HALF_LOG_TWO_PI + stirlingSeries(shifted) - log(product);
}

/** log Gamma(x + 1) minus Stirling's (x + 1/2) log x - x + log(2 pi) / 2: what saddle-point densities need. */
export function stirlingError(x: number): number {
  return x >= SERIES_FROM ? stirlingSeries(x) : logGamma(x + 1) - (x + 0.5) * log(x) + x - HALF_LOG_TWO_PI;
}

/**
 * x log(x / m) + m - x without cancellation where x is near m.
 * @see Loader (2000), Fast and accurate computation of binomial probabilities
 */
export function devianceTerm(x: number, m: number): number {
  const v = (x - m) / (x + m);
  if (abs(v) >= 0.1) return x * log(x / m) + m - x;
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) break;
    sum = next;
  }
  return sum;
}
