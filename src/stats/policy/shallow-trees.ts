import { totalsOf, type OrderedFeature, type PolicyProblem } from './policy-problem.js';
import type { PolicyTree } from './policy-tree.js';

/** The best single action; the first of equals. */
export function bestLeaf(problem: PolicyProblem): PolicyTree {
  const totals = totalsOf(problem);
  const action = indexOfLargest(totals);
  return { kind: 'leaf', action, n: problem.n, value: totals[action]! };
}

/**
 * The best tree of at most one split, by trying every cut of every feature.
 *
 * Of equals the one with fewer leaves, then the lowest feature, then the lowest threshold, then the lowest actions.
 */
export function bestStump(problem: PolicyProblem): PolicyTree {
  const totals = totalsOf(problem);
  let best = bestLeaf(problem);
  for (const [index, feature] of problem.features.entries()) {
    eachCut(problem, feature, (level, count, left) => {
      const leftAction = indexOfLargest(left);
      const right = totals.map((total, action) => total - left[action]!);
      const rightAction = indexOfLargest(right);
      const value = left[leftAction]! + right[rightAction]!;
      if (value <= best.value) return;
      best = {
        kind: 'split', feature: problem.features[index]!.feature, threshold: feature.values[level]!, n: problem.n, value,
        left: { kind: 'leaf', action: leftAction, n: count, value: left[leftAction]! },
        right: { kind: 'leaf', action: rightAction, n: problem.n - count, value: right[rightAction]! },
      };
    });
  }
  return best;
}

/** Calls `visit` for each cut that leaves enough units on both sides, with the level, the units at or below it and their sums by action. */
export function eachCut(problem: PolicyProblem, feature: OrderedFeature, visit: (level: number, count: number, sums: Float64Array) => void): void {
  const { n, actions, scores, minLeaf } = problem;
  const { order, levels } = feature;
  const sums = new Float64Array(actions);
  for (let i = 0; i < n - 1; i++) {
    const unit = order[i]!;
    for (let action = 0; action < actions; action++) sums[action]! += scores[unit * actions + action]!;
    const level = levels[unit]!;
    if (level === levels[order[i + 1]!]! || i + 1 < minLeaf) continue;
    if (n - i - 1 < minLeaf) return;
    visit(level, i + 1, sums);
  }
}

export function indexOfLargest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
