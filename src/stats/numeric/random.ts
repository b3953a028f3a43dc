import { drawBeta, drawGamma, drawNormal, drawPoisson } from './draws.js';
import { philox } from './philox.js';

/**
 * A stream of random numbers that depends on its seed and path alone.
 *
 * Split by *index* (replicate, bag, tree, fold, day), never by worker: results are then the same for any number of workers.
 * Splitting does not consume numbers, and draws from a stream do not change its splits.
 */
export interface RandomStream {
  /** the independent stream at `index` below this one; index is a whole number in [0, 2^53) */
  split(index: number): RandomStream;
  /** whole number in [0, 2^32) */
  uint32(): number;
  /** in [0, 1), 53 random bits */
  uniform(): number;
  /** whole number in [0, below), without modulo bias */
  integer(below: number): number;
  /** true with this probability */
  bernoulli(probability: number): boolean;
  /** mean 0, variance 1 */
  normal(): number;
  /** mean 1 / rate */
  exponential(rate?: number): number;
  /** mean and variance `mean`, which may be any number >= 0 */
  poisson(mean: number): number;
  /** mean shape x scale */
  gamma(shape: number, scale?: number): number;
  /** in [0, 1], mean a / (a + b) */
  beta(a: number, b: number): number;
  /** an index, with chance proportional to its weight */
  choice(weights: ArrayLike<number>): number;
  /** in place, every order equally likely */
  shuffle<T>(items: { length: number; [index: number]: T }): void;
  fillUniform(out: Float64Array): Float64Array;
  fillNormal(out: Float64Array): Float64Array;
  fillExponential(out: Float64Array, rate?: number): Float64Array;
  fillPoisson(out: Float64Array, mean: number): Float64Array;
}

const { floor, log1p } = Math;

const TWO_32 = 4_294_967_296;
/** Splits run under another key than draws, so that no child's identity is ever a parent's output. */
const SPLIT_KEY_0 = 0x5851f42d;
const SPLIT_KEY_1 = 0x4c957f2d;

/** The stream of a seed (a whole number in [0, 2^53)), split along `path`. */
export function stream(seed: number, ...path: readonly number[]): RandomStream {
  assertIndex('seed', seed);
  let result = streamOf({ key0: seed % TWO_32, key1: floor(seed / TWO_32), high0: 0, high1: 0 });
  for (const index of path) result = result.split(index);
  return result;
}

function assertIndex(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`stream needs a whole ${name} in [0, 2^53); got ${value}`);
}

/** 128 bits that name a stream: the key and the upper half of the counter. */
interface StreamId { readonly key0: number; readonly key1: number; readonly high0: number; readonly high1: number }

function child(id: StreamId, index: number): StreamId {
  assertIndex('index', index);
  const out = new Uint32Array(4);
  philox(Uint32Array.of(index % TWO_32, floor(index / TWO_32), id.high0, id.high1), id.key0 ^ SPLIT_KEY_0, id.key1 ^ SPLIT_KEY_1, out);
  return { key0: out[0]!, key1: out[1]!, high0: out[2]!, high1: out[3]! };
}

function streamOf(id: StreamId): RandomStream {
  const counter = Uint32Array.of(0, 0, id.high0, id.high1);
  const block = new Uint32Array(4);
  let used = 4;

  const refill = (): void => {
    philox(counter, id.key0, id.key1, block);
    counter[0] = counter[0]! + 1;
    if (counter[0] === 0) counter[1] = counter[1]! + 1;
    used = 0;
  };
  const uint32 = (): number => {
    if (used === 4) refill();
    return block[used++]!;
  };
  /** Two words of one block; an odd word left over from uint32 is skipped. */
  const uniform = (): number => {
    if (used > 2) refill();
    const high = block[used]!;
    const low = block[used + 1]!;
    used += 2;
    return ((high >>> 5) * 67_108_864 + (low >>> 6)) / 9_007_199_254_740_992;
  };
  const integer = (below: number): number => floor(uniform() * below);
  const normal = (): number => drawNormal(uniform);
  const exponential = (rate = 1): number => -log1p(-uniform()) / rate;
  const poisson = (mean: number): number => drawPoisson(uniform, mean);
  const fill = (out: Float64Array, draw: () => number): Float64Array => {
    for (let i = 0; i < out.length; i++) out[i] = draw();
    return out;
  };
  return {
    split: (index) => streamOf(child(id, index)),
    uint32, uniform, integer, normal, exponential, poisson,
    bernoulli: (probability) => uniform() < probability,
    gamma: (shape, scale = 1) => drawGamma(uniform, shape) * scale,
    beta: (a, b) => drawBeta(uniform, a, b),
    choice: (weights) => chooseIndex(weights, uniform()),
    shuffle: (items) => shuffleInPlace(items, integer),
    fillUniform: (out) => fill(out, uniform),
    fillNormal: (out) => fill(out, normal),
    fillExponential: (out, rate = 1) => fill(out, () => exponential(rate)),
    fillPoisson: (out, mean) => fill(out, () => poisson(mean)),
  };
}

function chooseIndex(weights: ArrayLike<number>, uniform: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  if (!(total > 0) || !Number.isFinite(total)) throw new RangeError(`choice needs weights with a positive, finite sum; got ${total}`);
  let target = uniform * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! <= 0) continue;
    last = i;
    target -= weights[i]!;
    if (target < 0) return i;
  }
  return last;
}

function shuffleInPlace<T>(items: { length: number; [index: number]: T }, integer: (below: number) => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = integer(i + 1);
    const item = items[i]!;
    items[i] = items[j]!;
    items[j] = item;
  }
}
