import { binnedRows, chooseBins, type BinnedRows } from '../../src/stats/forest/binning.js';
import { stream } from '../../src/stats/numeric/random.js';

export interface Columns {
  readonly x: readonly Float64Array[];
  readonly w: Float64Array;
  readonly y: Float64Array;
  readonly weight: Float64Array;
  readonly cluster: Int32Array;
}

/** Rows with confounding and a heterogeneous effect; some features have few values, some have missing ones. */
export function simulateColumns(n: number, p: number, seed: number, missingShare: number): Columns {
  const random = stream(seed);
  const x = Array.from({ length: p }, () => new Float64Array(n));
  const w = new Float64Array(n);
  const y = new Float64Array(n);
  const weight = new Float64Array(n);
  const cluster = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const z = Array.from({ length: p }, (_, j) => (j % 3 === 2 ? random.integer(5) - 2 : random.normal()));
    const propensity = 1 / (1 + Math.exp(-z[0]!));
    w[i] = random.bernoulli(propensity) ? 1 : 0;
    y[i] = z[1 % p]! + Math.max(z[0]!, 0) * w[i]! + random.normal();
    weight[i] = random.integer(7) === 0 ? 0 : random.exponential();
    cluster[i] = random.integer(Math.ceil(n / 9));
    z.forEach((value, j) => { x[j]![i] = j % 2 === 0 && random.uniform() < missingShare ? NaN : value; });
  }
  return { x, w, y, weight, cluster };
}

export function binned(x: readonly Float64Array[], cluster: Int32Array | null, categorical: readonly number[] = []): BinnedRows {
  return binnedRows(chooseBins(x, categorical), x, cluster);
}

export function standardised(values: Float64Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return Float32Array.from(values, (value) => (value - mean) / scale);
}
