import type { ForestSettings } from './growth-plan.js';
import { defaultMtry } from './growth-plan.js';

/** What a caller may choose; everything else has grf's default. */
export type ForestChoices = Partial<ForestSettings> & { readonly seed: number };

/** Defaults of grf 2.6: honest, little bags of two, subsamples of half. */
export const forestSettings = (features: number, choices: ForestChoices): ForestSettings => ({
  trees: 2000,
  bagTrees: 2,
  sampleFraction: 0.5,
  honestyFraction: 0.5,
  mtry: defaultMtry(features),
  minNodeSize: 5,
  alpha: 0.05,
  imbalancePenalty: 0,
  equalizeClusters: false,
  ...choices,
});
