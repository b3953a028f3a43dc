import { CATEGORY, LEAF, TREE_HEADER, treesOf, type PackedTrees } from './packed-trees.js';

const MAX_DEPTH = 4;
const DECAY = 2;

/**
 * How much of the splitting each feature does: shares of the splits at depths 1 to 4, weighted by depth^-2; sums to 1.
 *
 * @returns shape (features)
 * @see Athey, Wager (2019), Observational Studies 5
 */
export function variableImportance(trees: PackedTrees, features: number): Float64Array {
  const splits = Array.from({ length: MAX_DEPTH }, () => new Float64Array(features));
  for (const segment of trees.segments) {
    const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
    for (const { start } of treesOf(segment, trees.leafValues)) {
      let level = [0];
      for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
        level = level.flatMap((node) => {
          const at = start + TREE_HEADER + node * 8;
          const left = view.getUint32(at, true);
          if (left >= LEAF) return [];
          splits[depth]![view.getUint16(at + 4, true) & ~CATEGORY]!++;
          return [left, left + 1];
        });
      }
    }
  }
  const importance = new Float64Array(features);
  let totalWeight = 0;
  splits.forEach((counts, depth) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const weight = (depth + 1) ** -DECAY;
    totalWeight += weight;
    if (total > 0) counts.forEach((count, feature) => { importance[feature]! += (weight * count) / total; });
  });
  return importance.map((value) => value / totalWeight);
}
