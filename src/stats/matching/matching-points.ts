import { standardised, type IndependentColumns } from '../observational/covariate-columns.js';
import type { Numeric } from '../estimators/estimator.js';

export const matchingDistances = ['propensity', 'linear_propensity', 'mahalanobis', 'standardised'] as const;
/**
 * Distances between units: of propensities or their logits in standard deviations, Mahalanobis', or Euclid's over covariates that were divided by their
 * standard deviations.
 */
export type MatchingDistance = (typeof matchingDistances)[number];

/** Where units are, such that their distance is Euclid's; shape (k)(n), none where nothing tells units apart. */
export function matchingPoints(distance: MatchingDistance, columns: readonly Numeric[], independent: IndependentColumns, propensity: Float64Array | null): Float64Array[] {
  switch (distance) {
    case 'propensity': return present([propensity!]);
    case 'linear_propensity': return present([propensity!.map((e) => Math.log(e) - Math.log1p(-e))]);
    case 'mahalanobis': return [...independent.whitened];
    case 'standardised': return present(columns.map(({ values }) => values));
  }
}

const present = (columns: readonly Float64Array[]): Float64Array[] => columns.map(standardised).filter((column) => column !== null);
