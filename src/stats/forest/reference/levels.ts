import type { GrowthPlan } from '../growth-plan.js';
import type { Labels } from './cells.js';
import { reorder, scan, type Histogram, type Split } from './splitting.js';

/** The better of `best` and the best subset of a categorical feature's levels. Twin of kernels/compute/forest/levels.ts. */
export function scanLevels(plan: GrowthPlan, histogram: Histogram, labels: Labels, best: Split): Split {
  const present = [...histogram.units.keys()].filter((level) => histogram.units[level]! > 0);
  for (const rho of histogram.rho) {
    const mean = (level: number) => (histogram.weight[level]! > 0 ? rho[level]! / histogram.weight[level]! : 0);
    const order = present.toSorted((a, b) => mean(a) - mean(b) || a - b);
    best = scan(plan, reorder(histogram, order), labels, false, best, order);
  }
  return best;
}
