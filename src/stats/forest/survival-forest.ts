import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { BinnedRows } from './binning.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { planGrowth, type ForestSettings, type GrowthPlan } from './growth-plan.js';
import { memberedTrees } from './leaf-members.js';
import type { PackedTrees } from './packed-trees.js';
import { checkCoverage } from './regression-forest.js';
import { splitTimes, type SurvivalTimes } from './survival-times.js';

/** An honest forest of P(T > t | X) from right-censored times. */
export interface SurvivalForest {
  readonly family: 'survival';
  readonly rows: BinnedRows;
  readonly plan: GrowthPlan;
  readonly trees: PackedTrees;
  readonly observed: SurvivalTimes;
  /** events come after the other exits at the same time: for censoring, which spares those who failed then */
  readonly eventsComeLast: boolean;
}

/** grf's smallest leaf of a survival forest. */
const MIN_NODE_SIZE = 15;

/**
 * Grows a survival forest: nodes are split by the log-rank statistic, and a unit's curve is the product-limit estimate over its neighbours.
 *
 * Refuses fewer than two events, fewer units than a tree needs, and a row that every tree drew.
 * @see Ishwaran, Kogalur, Blackstone, Lauer (2008), Annals of Applied Statistics 2(3); Sverdrup, Yang, LeBlanc (2025), arXiv 2510.03665
 */
export async function growSurvivalForest(
  engine: ForestEngine, rows: BinnedRows, observed: SurvivalTimes, eventsComeLast: boolean, weight: Float64Array | null, settings: ForestSettings,
  forest: number, options?: EngineOptions,
): Promise<SurvivalForest | Refusal> {
  const events = observed.event.reduce((count, happened) => count + happened, 0);
  if (events < 2) return refuse('too_few_units', `a survival forest needs at least 2 events; got ${events}`, 'Observe longer, or more units.');
  const plan = planGrowth(rows, 'survival', { ...settings, minNodeSize: Math.max(MIN_NODE_SIZE, settings.minNodeSize) }, forest, {
    treatment: splitTimes(observed), outcome: Float32Array.from(observed.event), weight: weight && Float32Array.from(weight),
  });
  if (isRefusal(plan)) return plan;
  const growth = await engine.grow(rows, plan, true, options);
  if (isRefusal(growth)) return growth;
  return checkCoverage(growth.outOfBag) ?? { family: 'survival', rows, plan, trees: growth.trees, observed, eventsComeLast };
}

/** Hazards of the rows from .. to - 1, shape (to - from, steps). */
export interface Hazards { readonly from: number; readonly to: number; readonly steps: number; readonly values: Float64Array }

/**
 * Product-limit hazards at each step by the trees that did not draw a row: P(event at step | none before), over its weighted neighbours.
 *
 * @param bins of the rows, shape (n, features); those of the forest, or the same units with another treatment
 */
export function outOfBagHazards(forest: SurvivalForest, bins: Uint8Array, from: number, to: number, options: EngineOptions = {}): Hazards {
  const { rows, plan, trees, observed: { times, step, event }, eventsComeLast } = forest;
  const steps = times.length;
  const leaving = new Float64Array((to - from) * steps);
  const happening = new Float64Array((to - from) * steps);
  let done = 0;
  for (const { find, starts, members, role } of memberedTrees(rows, plan, trees)) {
    options.signal?.throwIfAborted();
    for (let row = from; row < to; row++) {
      if (role[rows.clusters ? rows.clusters.codes[row]! : row] !== 0) continue;
      const leaf = find(bins, row * rows.features);
      const first = starts[leaf]!;
      const end = starts[leaf + 1]!;
      const share = 1 / (end - first);
      const at = (row - from) * steps;
      for (let i = first; i < end; i++) {
        const member = members[i]!;
        const weight = share * plan.weight[member]!;
        leaving[at + step[member]!]! += weight;
        if (event[member] === 1) happening[at + step[member]!]! += weight;
      }
    }
    options.onProgress?.(++done / trees.trees);
  }
  for (let unit = 0; unit < to - from; unit++) toHazards(leaving.subarray(unit * steps, (unit + 1) * steps), happening.subarray(unit * steps, (unit + 1) * steps), eventsComeLast);
  return { from, to, steps, values: happening };
}

/** Below this share of all neighbours nobody is at risk: what is left is rounding. */
const NOBODY = 1e-9;

function toHazards(leaving: Float64Array, happening: Float64Array, eventsComeLast: boolean): void {
  const total = leaving.reduce((sum, weight) => sum + weight, 0);
  let atRisk = total;
  for (let k = 0; k < leaving.length; k++) {
    const exposed = eventsComeLast ? atRisk - (leaving[k]! - happening[k]!) : atRisk;
    happening[k] = exposed > NOBODY * total ? Math.min(1, happening[k]! / exposed) : 0;
    atRisk -= leaving[k]!;
  }
}
