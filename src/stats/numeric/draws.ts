import { logGamma } from './gamma.js';

// Taken once: a look-up of the global in every draw costs more than the draw in sandboxed realms.
const { abs, exp, floor, log, log1p, sqrt } = Math;

type Uniform = () => number;

/** Layers of the ziggurat, its right edge and the area of a layer, for 128 layers under exp(-x^2 / 2). */
const LAYERS = 128;
const EDGE = 3.442619855899;
const AREA = 9.91256303526217e-3;
const { edges, ratios } = ziggurat();

function ziggurat(): { edges: Float64Array; ratios: Float64Array } {
  const edges = new Float64Array(LAYERS + 1);
  const ratios = new Float64Array(LAYERS);
  let density = exp(-0.5 * EDGE * EDGE);
  edges[0] = AREA / density;
  edges[1] = EDGE;
  for (let i = 2; i < LAYERS; i++) {
    edges[i] = sqrt(-2 * log(AREA / edges[i - 1]! + density));
    density = exp(-0.5 * edges[i]! * edges[i]!);
  }
  for (let i = 0; i < LAYERS; i++) ratios[i] = edges[i + 1]! / edges[i]!;
  return { edges, ratios };
}

/**
 * Standard normal by the ziggurat; position and layer come from separate uniforms, as one word for both is not random enough.
 * @see Marsaglia, Tsang (2000), J. Stat. Software 5(8); Doornik (2005), An improved ziggurat method
 */
export function drawNormal(uniform: Uniform): number {
  for (;;) {
    const position = 2 * uniform() - 1;
    const layer = floor(uniform() * LAYERS);
    if (abs(position) < ratios[layer]!) return position * edges[layer]!;
    if (layer === 0) return drawNormalTail(uniform, position < 0);
    const x = position * edges[layer]!;
    const outer = exp(-0.5 * (edges[layer]! * edges[layer]! - x * x));
    const inner = exp(-0.5 * (edges[layer + 1]! * edges[layer + 1]! - x * x));
    if (inner + uniform() * (outer - inner) < 1) return x;
  }
}

function drawNormalTail(uniform: Uniform, negative: boolean): number {
  for (;;) {
    const x = log1p(-uniform()) / EDGE;
    const y = log1p(-uniform());
    if (-2 * y >= x * x) return negative ? x - EDGE : EDGE - x;
  }
}

/**
 * Gamma of scale 1.
 * @param shape > 0
 * @see Marsaglia, Tsang (2000), ACM TOMS 26(3)
 */
export function drawGamma(uniform: Uniform, shape: number): number {
  if (!(shape > 0)) throw new RangeError(`gamma needs a shape above 0; got ${shape}`);
  return shape < 1 ? exp(drawLogGamma(uniform, shape)) : drawLargeGamma(uniform, shape);
}

/** Log of a gamma variate: shapes near 0 give values that only their logs can hold. */
const drawLogGamma = (uniform: Uniform, shape: number): number => shape >= 1
  ? log(drawLargeGamma(uniform, shape))
  : log(drawLargeGamma(uniform, shape + 1)) + log1p(-uniform()) / shape;

function drawLargeGamma(uniform: Uniform, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / sqrt(9 * d);
  for (;;) {
    const x = drawNormal(uniform);
    const v = (1 + c * x) ** 3;
    if (v > 0 && log1p(-uniform()) < 0.5 * x * x + d * (1 - v + log(v))) return d * v;
  }
}

/** Beta by two gammas, on the log scale. */
export function drawBeta(uniform: Uniform, a: number, b: number): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`beta needs shapes above 0; got ${a} and ${b}`);
  const logX = drawLogGamma(uniform, a);
  const logY = drawLogGamma(uniform, b);
  return 1 / (1 + exp(logY - logX));
}

/** Below this mean, multiplying uniforms is faster than rejection; the rejection bounds hold from 10 on. */
const POISSON_SMALL = 10;

/**
 * Poisson variate.
 * @param mean >= 0
 * @see Hoermann (1993), Insurance: Mathematics and Economics 12(1), algorithm PTRS
 */
export function drawPoisson(uniform: Uniform, mean: number): number {
  if (!(mean >= 0) || !Number.isFinite(mean)) throw new RangeError(`poisson needs a finite mean of at least 0; got ${mean}`);
  return mean < POISSON_SMALL ? drawSmallPoisson(uniform, mean) : drawLargePoisson(uniform, mean);
}

function drawSmallPoisson(uniform: Uniform, mean: number): number {
  const limit = exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

function drawLargePoisson(uniform: Uniform, mean: number): number {
  const b = 0.931 + 2.53 * sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const accept = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = 1 - uniform();
    const us = 0.5 - abs(u);
    const k = floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= accept) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (log((v * inverseAlpha) / (a / (us * us) + b)) <= k * log(mean) - mean - logGamma(k + 1)) return k;
  }
}
