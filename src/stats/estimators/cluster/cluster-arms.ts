import type { ClusterArm } from '../../effects/clustered-difference.js';
import { refuse, type Refusal } from '../../refusal.js';
import type { Category, Numeric } from '../estimator.js';
import type { TwoLevels } from '../two-arms.js';

/** What each unit counts: the same as every other, or so that every cluster counts the same. */
export const weighings = ['units', 'clusters'] as const;
export type Weighing = (typeof weighings)[number];

/**
 * Arm of each cluster (0 control, 1 treatment, -1 neither), or a refusal when a cluster has units in both: then it was not randomised whole.
 * @returns shape (levels of the cluster column)
 */
export function armsOfClusters(cluster: Category, treatment: Category, { control, treatment: treated }: TwoLevels): Int32Array | Refusal {
  const arms = new Int32Array(cluster.levels.length).fill(-1);
  for (let row = 0; row < cluster.codes.length; row++) {
    const code = treatment.codes[row]!;
    if (code !== control && code !== treated) continue;
    const arm = code === control ? 0 : 1;
    const group = cluster.codes[row]!;
    if (arms[group] === 1 - arm) return refuse('not_identified', `clusters need to be in one arm each; ${cluster.name} ${cluster.levels[group]} has units in both`, 'Name the column by which treatment was randomised, or compare units instead of clusters.');
    arms[group] = arm;
  }
  return arms;
}

/** Totals of the clusters of one arm; centred on the arm's mean before they are added up. */
export function clusterArm({ values }: Numeric, { codes }: Category, arms: Int32Array, arm: 0 | 1, weighing: Weighing): ClusterArm {
  const position = new Int32Array(arms.length).fill(-1);
  let count = 0;
  arms.forEach((of, group) => { if (of === arm) position[group] = count++; });
  const sizes = new Float64Array(count);
  codes.forEach((group) => { if (position[group]! >= 0) sizes[position[group]!]!++; });
  const weightOf = (place: number): number => (weighing === 'units' ? 1 : 1 / sizes[place]!);
  const total = weighing === 'units' ? sizes.reduce((a, b) => a + b, 0) : count;
  const totals = (centre: number): Float64Array => {
    const sums = new Float64Array(count);
    codes.forEach((group, row) => {
      const place = position[group]!;
      if (place >= 0) sums[place]! += weightOf(place) * (values[row]! - centre);
    });
    return sums;
  };
  const first = totals(0).reduce((a, b) => a + b, 0) / total;
  const mean = first + totals(first).reduce((a, b) => a + b, 0) / total;
  return { mean, residuals: totals(mean), sizes: weighing === 'units' ? sizes : sizes.map(() => 1) };
}
