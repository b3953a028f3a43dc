import { treesOf, type PackedTrees } from './packed-trees.js';
import { leafFinder, type LeafFinder } from './reference/prediction.js';
import { drawBag, drawTree, type DrawingPlan, type DrawnRows } from './reference/sampling.js';

/** One tree with the rows that estimate its leaves. */
export interface MemberedTree {
  readonly find: LeafFinder;
  /** rows grouped by leaf: those of leaf l are members[starts[l]] .. members[starts[l + 1] - 1] */
  readonly starts: Int32Array;
  readonly members: Int32Array;
  /** one byte a unit (a row, or a cluster): 0 where the tree did not draw it */
  readonly role: Uint8Array;
}

/**
 * The trees of a forest with the rows of each leaf, drawn anew from the forest's streams: a packed tree does not keep them.
 * @param rows those that the forest was grown from
 */
export function* memberedTrees(rows: DrawnRows, plan: DrawingPlan, trees: PackedTrees): Generator<MemberedTree> {
  let tree = 0;
  let bagUnits = new Int32Array(0);
  for (const segment of trees.segments) {
    for (const packed of treesOf(segment, trees.leafValues)) {
      const bag = Math.floor(tree / plan.bagTrees);
      const index = tree++ % plan.bagTrees;
      if (index === 0) bagUnits = Int32Array.from(drawBag(rows, plan, bag));
      const { estimateRows, role } = drawTree(rows, plan, bag, bagUnits, index);
      const find = leafFinder(segment, packed);
      yield { find, role, ...groupedByLeaf(estimateRows, packed.leaves, (row) => find(rows.bins, row * rows.features)) };
    }
  }
}

function groupedByLeaf(rows: Int32Array, leaves: number, leafOf: (row: number) => number): { starts: Int32Array; members: Int32Array } {
  const found = rows.map(leafOf);
  const starts = new Int32Array(leaves + 1);
  for (const leaf of found) starts[leaf + 1]!++;
  for (let leaf = 0; leaf < leaves; leaf++) starts[leaf + 1]! += starts[leaf]!;
  const next = starts.slice(0, leaves);
  const members = new Int32Array(rows.length);
  rows.forEach((row, i) => { members[next[found[i]!]!++] = row; });
  return { starts, members };
}
