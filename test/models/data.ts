import type { Category, Numeric } from '../../src/stats/estimators/estimator.js';
import { openOnnx } from '../../src/sdk/models/onnx-runtime.js';
import type { EffectScorer } from '../../src/sdk/models/kind.js';
import { stream } from '../../src/stats/numeric/random.js';
import { answered } from '../forest/shared.js';

/** Units whose outcome is b + c-level + (2 a) w + noise, half of them treated; c has five levels. */
export function experiment(units: number, seed: number) {
  const random = stream(seed);
  const draw = (of: () => number) => Float64Array.from({ length: units }, of);
  const [a, b] = [draw(() => random.uniform()), draw(() => random.normal())];
  const codes = Int32Array.from({ length: units }, () => random.integer(5));
  const w = draw(() => random.integer(2));
  const y = a.map((value, i) => b[i]! + 0.3 * codes[i]! + 2 * value * w[i]! + 0.5 * random.normal());
  const numeric = (name: string, values: Float64Array): Numeric => ({ name, values });
  const country: Category = { name: 'country', codes, levels: ['de', 'es', 'fr', 'it', 'uk'] };
  return { y, w, a, b, codes, columns: { outcome: numeric('y', y), treatment: numeric('w', w), covariates: [numeric('a', a), numeric('b', b)], categories: [country] } };
}

/** Largest difference between the ONNX form and our own scorer, over the largest score; rows with a score in one alone are an error. */
export async function onnxDifference(scorer: EffectScorer, columns: readonly Float64Array[]): Promise<Readonly<Record<string, number>>> {
  const graph = answered(scorer.graph({}));
  const onnx = await openOnnx(graph);
  try {
    const [ours, theirs] = [answered(await scorer.score(columns)), await onnx.score(columns, 500)];
    return Object.fromEntries(Object.entries(theirs).map(([name, values]) => {
      const own = name === 'variance' ? ours.variances! : ours.estimates;
      let [largest, scale] = [0, 0];
      own.forEach((value, row) => {
        if ((ours.isIdentified[row] === 1) !== Number.isFinite(values[row]!)) throw new Error(`row ${row} has a score in one alone: ${columns.map((column) => column[row]).join(', ')}`);
        if (ours.isIdentified[row] !== 1) return;
        largest = Math.max(largest, Math.abs(value - values[row]!));
        scale = Math.max(scale, Math.abs(value));
      });
      return [name, largest / scale];
    }));
  } finally { await onnx.close(); }
}
