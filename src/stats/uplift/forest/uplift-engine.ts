import type { EngineOptions } from '../../forest/forest-engine.js';
import { growTree } from './grow-tree.js';
import { addLeaf, leafOf, type UpliftTree } from './uplift-tree.js';
import type { UpliftPlan, UpliftRows } from './uplift-forest.js';

/** Trees with indices from .. to - 1, and what they say of the rows that they did not draw. */
export interface UpliftGrowth {
  readonly trees: readonly UpliftTree[];
  /** gain of each feature in each tree, shape (trees, features) */
  readonly gains: Float64Array;
  /** sums of uplifts over the trees that did not draw a row, shape (rows, treatments); multiples of 2^-40, so that they are exact in any order */
  readonly sums: Float64Array;
  /** those trees, shape (rows) */
  readonly counts: Int32Array;
}

/** Who grows uplift trees: worker threads, or this thread. All give the same bytes. Rejects with the signal's reason when aborted. */
export interface UpliftEngine {
  readonly name: string;
  grow(rows: UpliftRows, plan: UpliftPlan, options?: EngineOptions): Promise<UpliftGrowth>;
}

/** Grows trees one after the other. @param goesOn asked before each tree; false ends the growth, and null is returned */
export async function growPart(rows: UpliftRows, plan: UpliftPlan, from: number, to: number, goesOn: (done: number) => boolean | Promise<boolean>): Promise<UpliftGrowth | null> {
  const treatments = rows.arms - 1;
  const features = rows.columns.length;
  const sums = new Float64Array(rows.codes.length * treatments);
  const counts = new Int32Array(rows.codes.length);
  const gains = new Float64Array((to - from) * features);
  const trees: UpliftTree[] = [];
  for (let index = from; index < to; index++) {
    if (!await goesOn(index - from)) return null;
    const { tree, drawn, importance } = growTree(rows, plan, index);
    trees.push(tree);
    gains.set(importance, (index - from) * features);
    addOutOfBag(tree, drawn, rows, sums, counts);
  }
  return { trees, gains, sums, counts };
}

function addOutOfBag(tree: UpliftTree, drawn: Uint8Array, { binned, arms }: UpliftRows, sums: Float64Array, counts: Int32Array): void {
  for (let row = 0; row < drawn.length; row++) {
    if (drawn[row] === 1) continue;
    addLeaf(tree, leafOf(tree, binned.bins, row * binned.features, binned.hasMissing), arms - 1, sums, row);
    counts[row]!++;
  }
}

/** In this thread, which answers others between trees. */
export const referenceUpliftEngine: UpliftEngine = {
  name: 'reference',
  async grow(rows, plan, { signal, onProgress } = {}) {
    const grown = await growPart(rows, plan, 0, plan.trees, async (done) => {
      signal?.throwIfAborted();
      onProgress?.(done / plan.trees);
      await new Promise<void>((resolve) => { setImmediate(resolve); });
      return true;
    });
    onProgress?.(1);
    return grown!;
  },
};
