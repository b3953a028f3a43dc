import type { RandomStream } from '../numeric/random.js';

/** Units that a score ranks, their binary outcomes in a randomised experiment, and what the ranking is truly worth. */
export interface RankedEffects {
  readonly words: string;
  readonly truth: { readonly qini: number; readonly auuc: number; gainAt(share: number): number };
  draw(random: RandomStream): RankedDraw;
}
export interface RankedDraw {
  readonly outcome: Float64Array;
  readonly treated: Uint8Array;
  readonly score: Float64Array;
  readonly cluster: Int32Array | null;
}

export interface RankedChoices {
  readonly units: number;
  /** chance of treatment */
  readonly propensity: number;
  /** effect at the mean score, and how much more it is from the lowest score to the highest; 0: a noise model */
  readonly effect: number;
  readonly slope: number;
  /** units of a cluster, which share score and a part of the outcome; 1: independent units */
  readonly clusterSize: number;
}

/** Responses at a base of 0.3, moved by a hidden covariate, and by an effect that is linear in a uniform score. */
export function rankedEffects({ units, propensity, effect, slope, clusterSize }: RankedChoices): RankedEffects {
  const gainAt = (share: number): number => share * (effect + (slope * (1 - share)) / 2);
  return {
    words: `${units} units${clusterSize > 1 ? ` in clusters of ${clusterSize}` : ''}, ${100 * propensity}% treated, effects ${slope === 0 ? 'that the score does not know' : `from ${(effect - slope / 2).toFixed(2)} to ${(effect + slope / 2).toFixed(2)}`}`,
    truth: { qini: slope / 12, auuc: effect / 2 + slope / 12, gainAt },
    draw(random) {
      const outcome = new Float64Array(units);
      const treated = new Uint8Array(units);
      const score = new Float64Array(units);
      let [shared, level] = [0, 0];
      for (let i = 0; i < units; i++) {
        if (i % clusterSize === 0) [shared, level] = [random.uniform(), random.uniform()];
        score[i] = shared;
        treated[i] = Number(random.bernoulli(propensity));
        const tau = effect + slope * (shared - 0.5);
        outcome[i] = Number(random.bernoulli(0.2 + 0.3 * level + 0.1 * shared + treated[i]! * tau));
      }
      return { outcome, treated, score, cluster: clusterSize > 1 ? Int32Array.from(outcome, (_, i) => Math.floor(i / clusterSize)) : null };
    },
  };
}
