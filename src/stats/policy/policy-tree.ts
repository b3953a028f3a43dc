import type { PolicyProblem } from './policy-problem.js';

/** Units go left when the feature is at most the threshold. */
export type PolicyTree =
  | { readonly kind: 'leaf'; readonly action: number; readonly n: number; readonly value: number }
  | { readonly kind: 'split'; readonly feature: number; readonly threshold: number; readonly n: number; readonly value: number; readonly left: PolicyTree; readonly right: PolicyTree };

/** What a search came to; values in whole numbers of the problem's step. */
export interface PolicySearch {
  readonly tree: PolicyTree;
  /** how much more the best tree could be worth at most; 0: none is better */
  readonly gap: number;
}

/** Action of one unit, an index of the actions; `valueOf` gives the unit's value of a feature. */
export function actionOf(tree: PolicyTree, valueOf: (feature: number) => number): number {
  let node = tree;
  while (node.kind === 'split') node = valueOf(node.feature) <= node.threshold ? node.left : node.right;
  return node.action;
}

/** Action of every unit, shape (n). @param columns one a feature, shape (n) */
export const actionsOf = (tree: PolicyTree, columns: readonly Float64Array[]): Int32Array =>
  Int32Array.from({ length: columns[0]?.length ?? 0 }, (_, unit) => actionOf(tree, (feature) => columns[feature]![unit]!));

/** The same for the units that a tree is learned from. */
export const assignedActions = (tree: PolicyTree, { n, features }: Pick<PolicyProblem, 'n' | 'features'>): Int32Array =>
  Int32Array.from({ length: n }, (_, unit) => actionOf(tree, (feature) => features[feature]!.values[features[feature]!.levels[unit]!]!));

/** The tree with the units and the sum of rewards of each node among these units, in units of the reward. */
export function withRewards(tree: PolicyTree, columns: readonly Float64Array[], rewards: Float64Array, actions: number): PolicyTree {
  const fill = (node: PolicyTree, units: Int32Array): PolicyTree => {
    if (node.kind === 'leaf') return { ...node, n: units.length, value: units.reduce((sum, unit) => sum + rewards[unit * actions + node.action]!, 0) };
    const goesLeft = (unit: number) => columns[node.feature]![unit]! <= node.threshold;
    const left = fill(node.left, units.filter(goesLeft));
    const right = fill(node.right, units.filter((unit) => !goesLeft(unit)));
    return { ...node, n: units.length, value: left.value + right.value, left, right };
  };
  return fill(tree, Int32Array.from({ length: rewards.length / actions }, (_, unit) => unit));
}

/** Splits between root and the lowest leaf. */
export const depthOf = (tree: PolicyTree): number => (tree.kind === 'leaf' ? 0 : 1 + Math.max(depthOf(tree.left), depthOf(tree.right)));

/** Leaves that say the same become one: a split that decides nothing is no split. */
export function pruned(tree: PolicyTree): PolicyTree {
  if (tree.kind === 'leaf') return tree;
  const left = pruned(tree.left);
  const right = pruned(tree.right);
  if (left.kind === 'leaf' && right.kind === 'leaf' && left.action === right.action) return { kind: 'leaf', action: left.action, n: tree.n, value: tree.value };
  return { ...tree, left, right };
}
