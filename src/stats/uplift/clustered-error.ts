import { clustersOf } from '../forest/binning.js';
import type { Effect } from '../effects/effect.js';
import { refuse, type Refusal } from '../refusal.js';
import type { Estimated } from './gain-curve.js';

/** Fewer independent clusters say nothing about how clusters differ. */
const LEAST_CLUSTERS = 2;

/** Standard errors by influence function, over units or over clusters; built once, asked for many numbers. */
export function errorsOver(cluster: Int32Array | null, n: number): ((number: Estimated) => Effect) | Refusal {
  const clusters = cluster ? clustersOf(cluster) : null;
  const groups = clusters ? clusters.sizes.length : n;
  if (groups < LEAST_CLUSTERS) return refuse('too_few_units', `clustered errors need at least ${LEAST_CLUSTERS} clusters; got ${groups}`, 'Collect more clusters.');
  return ({ estimate, influence }) => {
    const sums = clusters ? new Float64Array(groups) : influence;
    if (clusters) clusters.codes.forEach((code, i) => { sums[code]! += influence[i]!; });
    const squares = sums.reduce((total, sum) => total + sum * sum, 0);
    const standardError = Math.sqrt((squares * groups) / (groups - 1)) / n;
    return { estimate, standardError, degreesOfFreedom: clusters ? groups - 1 : null, n };
  };
}
