import { logGamma } from './gamma.js';
import { betaLowerTail } from './incomplete-beta.js';
import { normalDensity, normalUpperQuantile, normalUpperTail } from './normal.js';

const { abs, exp, expm1, log, log1p, max, min, sqrt } = Math;

/** From here on, and while w^2 / df < 1, the expansion below is exact to 1e-14. */
const EXPANSION_FROM = 30;

/** t^2 / df from where 1 + t^2 / df is t^2 / df in every digit: the tail is a power of t. */
const POWER_LAW_FROM = 1e25;

/** Taylor coefficients of sqrt(u / (1 - exp(-u))). */
const JACOBIAN = [
  1, 1 / 4, 1 / 96, -1 / 384, -1 / 10_240, 5.1540798611111111e-5, 1.2756024718915343915e-6, -1.1100970878802910e-6, -1.9670584004181823e-8,
  2.4836319884715678e-8, 3.3966619960386745e-10, -5.6900718339421876e-10, -6.3372301556671302e-12, 1.3251315155878904e-11,
] as const;

/**
 * P(T > t) of Student's t with `df` degrees of freedom, which need not be whole.
 *
 * With w^2 = df log(1 + t^2 / df) the density is exp(-w^2 / 2) times a smooth function of w^2 / df, so the tail is a short
 * sum of normal moments: as fast as a normal tail, and relative digits are kept far out. Elsewhere the incomplete beta.
 */
export function studentUpperTail(t: number, df: number): number {
  if (!(df > 0)) return NaN;
  if (t < 0) return 1 - studentUpperTail(-t, df);
  if (df === Infinity) return normalUpperTail(t);
  const squared = df * logOnePlusSquare(t, df);
  if (df >= EXPANSION_FROM && squared < df) return tailByExpansion(sqrt(squared), df);
  const ratio = (t / df) * t;
  if (ratio > POWER_LAW_FROM) return (densityAtZero(df) / sqrt(df)) * exp(-df * log(t / sqrt(df)));
  return betaLowerTail(df / 2, 0.5, 1 / (1 + ratio), ratio / (1 + ratio)) / 2;
}

/** P(|T| > |t|): the two-sided p-value of a statistic. */
export const studentTwoSidedTail = (t: number, df: number): number => Math.min(1, 2 * studentUpperTail(abs(t), df));

/** log(1 + t^2 / df), also where t^2 overflows. */
const logOnePlusSquare = (t: number, df: number): number => (abs(t) > 1e150 ? 2 * log(abs(t)) - log(df) : log1p((t / df) * t));

function tailByExpansion(w: number, df: number): number {
  let moment = normalUpperTail(w);
  let edge = w * normalDensity(w);
  let whole = 1;
  let tail = moment;
  let total = 1;
  for (let k = 1; k < JACOBIAN.length; k++) {
    const odd = 2 * k - 1;
    moment = (edge + odd * moment) / df;
    edge *= (w * w) / df;
    whole *= odd / df;
    tail += JACOBIAN[k]! * moment;
    total += JACOBIAN[k]! * whole;
    if (moment < 1e-17 * tail) break;
  }
  return tail / total;
}

/** Density of Student's t. */
export function studentDensity(t: number, df: number): number {
  if (df === Infinity) return normalDensity(t);
  return densityAtZero(df) * exp(-0.5 * (df + 1) * logOnePlusSquare(t, df));
}

/** P(T <= t). */
export const studentCdf = (t: number, df: number): number => studentUpperTail(-t, df);

/** Relative step at which Newton, being quadratic, has nothing left to gain. */
const NEWTON_DONE = 1e-8;

/** The t with P(T > t) = p, 0 < p < 1. */
export function studentUpperQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1 && df > 0)) return NaN;
  if (p > 0.5) return -studentUpperQuantile(1 - p, df);
  if (p === 0) return Infinity;
  if (p === 0.5) return 0;
  if (df === Infinity) return normalUpperQuantile(p);
  return p > 0.25 ? centralQuantile(p, df) : outerQuantile(p, df);
}

/** The last normal quantile: an analysis asks for one level at many degrees of freedom. */
let lastNormal = { p: NaN, z: NaN };

/** Wallace (1959): w is nearly the normal quantile times (8 df + 3) / (8 df + 1). */
function start(p: number, df: number): number {
  if (lastNormal.p !== p) lastNormal = { p, z: normalUpperQuantile(p) };
  const w = (lastNormal.z * (8 * df + 3)) / (8 * df + 1);
  return sqrt(df * expm1(min((w * w) / df, 600)));
}

function centralQuantile(p: number, df: number): number {
  let t = start(p, df);
  for (let i = 0; i < 100; i++) {
    const step = (studentUpperTail(t, df) - p) / studentDensity(t, df);
    t += step;
    if (abs(step) <= NEWTON_DONE * abs(t)) break;
  }
  return t;
}

/** Newton on log tail against log t: a straight line for heavy tails, concave for light ones. */
function outerQuantile(p: number, df: number): number {
  let t = start(p, df);
  for (let i = 0; i < 200; i++) {
    const tail = studentUpperTail(t, df);
    if (tail === 0) { t /= 2; continue; }
    // t times the density, by logs: the density itself may underflow where the product does not
    const slope = densityAtZero(df) * exp(log(t) - 0.5 * (df + 1) * logOnePlusSquare(t, df));
    const step = (log(tail / p) * tail) / slope;
    t *= exp(max(-20, min(20, step)));
    if (abs(step) <= NEWTON_DONE) break;
  }
  return t;
}

/** Gamma((df + 1) / 2) / (Gamma(df / 2) sqrt(df pi)). */
function densityAtZero(df: number): number {
  if (df < EXPANSION_FROM) return exp(logGamma((df + 1) / 2) - logGamma(df / 2)) / sqrt(df * Math.PI);
  let whole = 1;
  let total = 1;
  for (let k = 1; k < JACOBIAN.length; k++) {
    whole *= (2 * k - 1) / df;
    total += JACOBIAN[k]! * whole;
    if (whole < 1e-17) break;
  }
  return normalDensity(0) / total;
}
