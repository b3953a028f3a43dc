import type { Folds } from '../learners/folds.js';
import { featuresOf } from '../learners/training.js';
import { stream } from '../numeric/random.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { effectRows, type EffectData, type EffectMethod } from './effect-data.js';

/** Names the stream of a fold's effect model among those of a seed. */
const EFFECT_STREAM = 0xca7e;
const SEED_RANGE = 2 ** 32;

/** Effects of each row by a model that did not see it, shape (n). Refuses what the method refuses, with the fold in the sentence. */
export async function outOfFoldEffects(method: EffectMethod, data: EffectData, folds: Folds, seed: number): Promise<Float64Array | Refusal> {
  if (method.outOfSample) return method.outOfSample(data, seed);
  const effects = new Float64Array(data.x.n).fill(NaN);
  for (const [k, { train, test }] of folds.splits.entries()) {
    const model = await method.fit(effectRows(data, train), stream(seed, EFFECT_STREAM, k).integer(SEED_RANGE));
    if (isRefusal(model)) return refuse(model.reason, `fold ${k + 1} of ${folds.splits.length}: ${model.detail}`, model.remedy);
    const predicted = await model.predict(featuresOf(data.x, test));
    if (isRefusal(predicted)) return predicted;
    predicted.forEach((value, i) => { effects[test[i]!] = value; });
  }
  return effects.every(Number.isFinite) ? effects : refuse('not_finite', `effects predicted by ${method.name} overflow`, 'Rescale the columns.');
}
