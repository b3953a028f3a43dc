const { exp, log, log1p, max, sqrt } = Math;

const INVERSE_SQRT_TWO_PI = 0.398942280401432677939946059934;
const HALF_LOG_TWO_PI = 0.918938533204672741780329736406;
/** Centre of the rational map t = (x - CENTRE) / (x + CENTRE) that takes [0, infinity) to [-1, 1). */
const CENTRE = 4.5;

/** Chebyshev coefficients in t of (x + CENTRE) Q(x) exp(x^2 / 2); made by test/stats/vectors/distributions.py, error 2e-17. */
const TAIL = [
  2.0586378826779783, -0.8503301835614762, 0.28053698459422677, -0.07329857843766995,
  0.01453725990120668, -0.001926873405116987, 8.316678911061758e-05, 2.688054658530298e-05,
  -5.362320085704437e-06, -9.730051419878545e-08, 1.5409373228129264e-07, -8.05828803440628e-09,
  -4.329450788528026e-09, 4.339003113931472e-10, 1.3796197609576956e-10, -1.7299941856467552e-11,
  -5.189159795347828e-12, 6.13932536349238e-13, 2.2444739613874678e-13, -1.820828342363946e-14,
  -1.0507950221999782e-14, 2.538233292639121e-16, 4.977596337991326e-16,
] as const;

/** Q(x) exp(x^2 / 2) for x >= 0: the part of the upper tail that does not underflow. */
function scaledTail(x: number): number {
  const t = (x - CENTRE) / (x + CENTRE);
  let b1 = 0;
  let b2 = 0;
  for (let k = TAIL.length - 1; k > 0; k--) {
    const b0 = 2 * t * b1 - b2 + TAIL[k]!;
    b2 = b1;
    b1 = b0;
  }
  return (t * b1 - b2 + TAIL[0] / 2) / (x + CENTRE);
}

/** Density of the standard normal. */
export const normalDensity = (x: number): number => INVERSE_SQRT_TWO_PI * exp(-0.5 * x * x);

/** P(Z > x), to 1e-13 relative down to the smallest double. */
export function normalUpperTail(x: number): number {
  if (x < 0) return 1 - normalUpperTail(-x);
  return x === Infinity ? 0 : scaledTail(x) * exp(-0.5 * x * x);
}

/** P(Z <= x). */
export const normalCdf = (x: number): number => normalUpperTail(-x);

/** log P(Z > x), finite for every finite x. */
export function logNormalUpperTail(x: number): number {
  return x < 0 ? log1p(-normalUpperTail(-x)) : log(scaledTail(x)) - 0.5 * x * x;
}

/** log P(Z <= x), finite for every finite x. */
export const logNormalCdf = (x: number): number => logNormalUpperTail(-x);

/** Density over upper tail at x: the hazard; grows like x. */
export function normalHazard(x: number): number {
  return x < 0 ? normalDensity(x) / normalUpperTail(x) : INVERSE_SQRT_TWO_PI / scaledTail(x);
}

/** The z with P(Z > z) = p; infinite at 0 and 1, NaN outside [0, 1]. */
export function normalUpperQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0) return Infinity;
  // 1 - p is exact from 1/2 on
  return p > 0.5 ? -upperQuantileOfLog(log(1 - p)) : upperQuantileOfLog(log(p));
}

/** The z with P(Z <= z) = p. */
export const normalQuantile = (p: number): number => -normalUpperQuantile(p);

/** The z >= 0 with log P(Z > z) = logP, logP <= log 1/2, also where P itself underflows. */
export function upperQuantileOfLog(logP: number): number {
  if (logP === -Infinity) return Infinity;
  const s = sqrt(-2 * logP);
  // Abramowitz and Stegun 26.2.23, error 4.5e-4
  let z = max(0, s - (2.515517 + s * (0.802853 + s * 0.010328)) / (1 + s * (1.432788 + s * (0.189269 + s * 0.001308))));
  // Halley on log Q: cubic, so two steps leave 1e-30
  for (let i = 0; i < 2; i++) {
    const hazard = normalHazard(z);
    const error = (log(scaledTail(z)) - 0.5 * z * z - logP) / hazard;
    z += error / (1 - 0.5 * error * (z - hazard));
  }
  return z;
}

/** log of the standard normal density. */
export const logNormalDensity = (x: number): number => -0.5 * x * x - HALF_LOG_TWO_PI;
