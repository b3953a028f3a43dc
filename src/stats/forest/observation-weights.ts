import type { CausalForest } from './causal-forest.js';

/**
 * What each row counts for in averages over the population: its sample weight; when every cluster has one voice, the inverse of its
 * cluster's size; 1 otherwise. Shape (n).
 */
export function observationWeights(forest: Pick<CausalForest, 'weight' | 'rows' | 'settings'>): Float64Array {
  const { weight, rows, settings } = forest;
  if (weight) return weight;
  const { clusters } = rows;
  if (clusters && settings.equalizeClusters) return Float64Array.from(clusters.codes, (code) => 1 / clusters.sizes[code]!);
  return new Float64Array(rows.rows).fill(1);
}
