import type { ConstrainedRewards } from './lagrangian.js';
import { totalsOf, type PolicyProblem } from './policy-problem.js';
import type { PolicyTree } from './policy-tree.js';
import { eachCut, indexOfLargest } from './shallow-trees.js';

/** A stump for one side of a first split, with what it is worth and costs. */
export interface SideOption {
  readonly tree: PolicyTree;
  /** reward less the price of its costs, in whole numbers of the priced problem */
  readonly priced: number;
  /** in units of the score */
  readonly reward: number;
  /** shape (constraints) */
  readonly costs: readonly number[];
}

/**
 * The stumps of a side whose priced worth is at least `floor`, dearest first.
 * @param side of the priced problem
 */
export function sideOptions(side: PolicyProblem, { rewards, constraints }: ConstrainedRewards, floor: number): SideOption[] {
  const { actions } = side;
  const measures = [rewards, ...constraints.map(({ costs }) => costs)].map((measure) => ownRows(side, measure));
  const ofWhole = measures.map((measure) => totalsOf({ ...side, scores: measure }));
  const pricedTotals = totalsOf(side);
  const options: SideOption[] = [];
  const keep = (priced: number, tree: () => PolicyTree, amounts: () => number[]) => {
    if (priced < floor) return;
    const [reward, ...costs] = amounts();
    options.push({ tree: tree(), priced, reward: reward!, costs });
  };
  const leaf = (action: number, n: number): PolicyTree => ({ kind: 'leaf', action, n, value: 0 });
  for (let action = 0; action < actions; action++) keep(pricedTotals[action]!, () => leaf(action, side.n), () => ofWhole.map((totals) => totals[action]!));
  for (const feature of side.features) {
    const below = measures.map(() => new Float64Array(actions));
    let added = 0;
    eachCut(side, feature, (level, count, left) => {
      const right = pricedTotals.map((total, action) => total - left[action]!);
      if (left[indexOfLargest(left)]! + right[indexOfLargest(right)]! < floor) return;
      for (; added < count; added++) {
        const unit = feature.order[added]!;
        below.forEach((sums, k) => { for (let action = 0; action < actions; action++) sums[action]! += measures[k]![unit * actions + action]!; });
      }
      for (let a = 0; a < actions; a++) {
        for (let b = 0; b < actions; b++) {
          if (a === b) continue;
          keep(left[a]! + right[b]!, () => ({
            kind: 'split', feature: feature.feature, threshold: feature.values[level]!, n: side.n, value: 0, left: leaf(a, count), right: leaf(b, side.n - count),
          }), () => below.map((sums, k) => sums[a]! + ofWhole[k]![b]! - sums[b]!));
        }
      }
    });
  }
  return options.sort((one, other) => other.priced - one.priced);
}

/** Rows of a matrix over all units that belong to the side's units. */
function ownRows({ n, actions, units }: PolicyProblem, matrix: Float64Array): Float64Array {
  if (!units) return matrix;
  return Float64Array.from({ length: n * actions }, (_, i) => matrix[units[Math.floor(i / actions)]! * actions + (i % actions)]!);
}
