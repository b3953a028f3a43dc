/** What a worker calls. Pointers are byte addresses in the exported memory; shapes are in workspace.ts. */
import * as workspace from './workspace';
import { leafValues, setGrowth, setKind, setSampling } from './options';
import { drawBag, drawTree } from './sampling';
import { growTree } from './growing';
import { pruneEmptyLeaves, sumOverLeaves } from './honesty';
import { packTree } from './packing';
import { addBag, addOutOfBag, listOutOfBag } from './prediction';

export { setGrowth, setKind, setSampling, drawBag, addOutOfBag, listOutOfBag, addBag };
export { allocate, layOut, mark, releaseTo, transpose } from './workspace';

export function binsPointer(): usize { return workspace.bins; }
export function hasMissingPointer(): usize { return workspace.hasMissing; }
export function highestBinPointer(): usize { return workspace.highestBin; }
export function isCategoricalPointer(): usize { return workspace.isCategorical; }
export function furtherPointer(): usize { return workspace.further; }
export function treatmentPointer(): usize { return workspace.treatment; }
export function outcomePointer(): usize { return workspace.outcome; }
export function weightPointer(): usize { return workspace.weight; }
export function unitOfRowPointer(): usize { return workspace.unitOfRow; }
export function unitSizePointer(): usize { return workspace.unitSize; }
export function mtryCutoffsPointer(): usize { return workspace.mtryCutoffs; }
export function leafGridPointer(): usize { return workspace.leafGrid; }
export function treePointer(): usize { return workspace.tree; }
export function outOfBagSumsPointer(): usize { return workspace.outOfBagSums; }
export function outOfBagTreesPointer(): usize { return workspace.outOfBagTrees; }

/** Forgets the out-of-bag sums of an earlier forest. */
export function clearOutOfBag(): void {
  memory.fill(workspace.outOfBagSums, 0, <usize>workspace.rows * (<usize>leafValues << 3));
  memory.fill(workspace.outOfBagTrees, 0, <usize>workspace.rows << 2);
}

/** Draws, grows, estimates and packs one tree of the bag that was drawn last; returns its bytes, which start at treePointer(). */
export function trainTree(bag: i32, indexInBag: i32): usize {
  drawTree(bag, indexInBag);
  growTree();
  sumOverLeaves();
  pruneEmptyLeaves();
  return packTree();
}
