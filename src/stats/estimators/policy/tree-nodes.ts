import { z } from 'zod';
import type { PolicyTree } from '../../policy/policy-tree.js';

/** A tree as a list, so that it can be read without recursion. */
export const treeNodesSchema = z.array(z.object({
  feature: z.string().nullable().describe('column that is looked at; null in a leaf'),
  threshold: z.number().nullable().describe('units at or below it go left; null in a leaf'),
  left: z.number().int().nullable().describe('place of the node among these; null in a leaf'),
  right: z.number().int().nullable().describe('place of the node among these; null in a leaf'),
  action: z.string().nullable().describe('what its units get; null where a split follows'),
  n: z.number().int().describe('units of the data in it'),
  meanReward: z.number().describe('of what its units get, per unit, on the data that the tree was learned from: flattered'),
}));
export type TreeNodes = z.output<typeof treeNodesSchema>;

/** The nodes, root first, children after their parents. @param meanWeight of a unit: values are sums of weighted rewards */
export function treeNodes(tree: PolicyTree, features: readonly string[], actions: readonly string[], meanWeight: number): TreeNodes {
  const nodes: TreeNodes = [];
  const add = (node: PolicyTree): number => {
    const place = nodes.length;
    const common = { n: node.n, meanReward: node.n > 0 ? node.value / (node.n * meanWeight) : 0 };
    if (node.kind === 'leaf') {
      nodes.push({ feature: null, threshold: null, left: null, right: null, action: actions[node.action]!, ...common });
      return place;
    }
    nodes.push({ feature: features[node.feature]!, threshold: node.threshold, left: null, right: null, action: null, ...common });
    nodes[place]!.left = add(node.left);
    nodes[place]!.right = add(node.right);
    return place;
  };
  add(tree);
  return nodes;
}
