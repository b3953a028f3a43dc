import type { CausalForest } from './causal-forest.js';

/** What predictions need of a causal forest: nothing of the rows that it was grown from. */
export type ScoringForest = Pick<CausalForest, 'family' | 'features' | 'binning' | 'trees' | 'effectScale'>;

export const scoringForest = ({ family, features, binning, trees, effectScale }: CausalForest): ScoringForest =>
  ({ family, features, binning, trees, effectScale });
