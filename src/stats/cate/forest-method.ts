import { predictEffects } from '../forest/effect-prediction.js';
import type { CausalForest } from '../forest/causal-forest.js';
import { EFFECT_DEFAULTS, growTunedCausalForest } from '../forest/tuned-causal-forest.js';
import { referenceEngine } from '../forest/reference/reference-engine.js';
import type { LearningContext } from '../learners/learner.js';
import { isRefusal, type Refusal } from '../refusal.js';
import type { EffectData, EffectMethod } from './effect-data.js';

/** A causal forest as one more way to learn effects; its out-of-bag effects need no folds. */
export function forestMethod(trees: number, { forests = referenceEngine, signal }: LearningContext): EffectMethod {
  const options = { ...(signal && { signal }) };
  const grow = ({ x, y, d, weight, cluster }: EffectData, seed: number): Promise<CausalForest | Refusal> => growTunedCausalForest(forests, {
    features: x.names, x: x.columns, ...(x.categorical && { categorical: x.categorical }), y, w: d, weight: weight ?? null, cluster: cluster ?? null,
  }, { trees, seed }, EFFECT_DEFAULTS.leafSizes, options);
  return {
    name: 'forest',
    async fit(data, seed) {
      const forest = await grow(data, seed);
      if (isRefusal(forest)) return forest;
      return {
        async predict({ names, columns }) {
          const found = await predictEffects(forests, forest, Object.fromEntries(names.map((name, j) => [name, columns[j]!])), options);
          return isRefusal(found) ? found : found.estimates;
        },
      };
    },
    async outOfSample(data, seed) {
      const forest = await grow(data, seed);
      return isRefusal(forest) ? forest : forest.tauHat;
    },
  };
}
