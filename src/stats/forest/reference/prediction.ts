import { CATEGORY, LEAF, SUBSET_BYTES, TREE_HEADER, type PackedTree } from '../packed-trees.js';

/** The ordinal of the leaf of a unit whose bins start at a place. */
export type LeafFinder = (bins: Uint8Array, at: number) => number;

/** Finds leaves of one packed tree. Twin of kernels/compute/forest/traversal.ts. */
export function leafFinder(segment: Uint8Array, tree: PackedTree): LeafFinder {
  const view = new DataView(segment.buffer, segment.byteOffset + tree.start, tree.bytes);
  const subsets = TREE_HEADER + tree.nodes * 8;
  const goesRight = (at: number, bin: (feature: number) => number): boolean => {
    const feature = view.getUint16(at + 4, true);
    if (feature < CATEGORY) return ((bin(feature) - view.getUint8(at + 7)) & 255) > view.getUint8(at + 6);
    const level = bin(feature & ~CATEGORY);
    return ((view.getUint8(subsets + view.getUint16(at + 6, true) * SUBSET_BYTES + (level >> 3)) >> (level & 7)) & 1) === 1;
  };
  return (bins, at) => {
    let node = 0;
    let left = view.getUint32(TREE_HEADER, true);
    while (left < LEAF) {
      node = left + (goesRight(TREE_HEADER + node * 8, (feature) => bins[at + feature]!) ? 1 : 0);
      left = view.getUint32(TREE_HEADER + node * 8, true);
    }
    return left - LEAF;
  };
}

/** Reads leaf values of one packed tree. */
export function leafReader(segment: Uint8Array, tree: PackedTree, leafValues: number): (bins: Uint8Array, at: number) => Float64Array {
  const find = leafFinder(segment, tree);
  const view = new DataView(segment.buffer, segment.byteOffset + tree.start, tree.bytes);
  const values = TREE_HEADER + tree.nodes * 8 + tree.subsets * SUBSET_BYTES;
  return (bins, at) => {
    const leaf = values + find(bins, at) * leafValues * 4;
    return Float64Array.from({ length: leafValues }, (_, k) => view.getFloat32(leaf + k * 4, true));
  };
}

/** Adds one tree's leaf values to sums, shape (units, leafValues). */
export function addTree(read: ReturnType<typeof leafReader>, bins: Uint8Array, features: number, unit: number, leafValues: number, sums: Float64Array): void {
  read(bins, unit * features).forEach((value, k) => { sums[unit * leafValues + k]! += value; });
}

/** Adds a bag's two leaf values to the moments of one unit: { sum s, blocks of sum s s' and sum d d' }. */
export function addBag(first: Float64Array, second: Float64Array, moments: Float64Array, at: number): void {
  const size = first.length;
  const s = first.map((value, k) => value + second[k]!);
  const d = first.map((value, k) => value - second[k]!);
  s.forEach((value, k) => { moments[at + k]! += value; });
  let block = at + size;
  for (let i = 0; i < size; i += 2) {
    for (let j = i; j < size; j += 2, block += 8) {
      [s, d].forEach((v, half) => {
        for (const a of [0, 1]) for (const b of [0, 1]) moments[block + half * 4 + a * 2 + b]! += v[i + a]! * v[j + b]!;
      });
    }
  }
}

