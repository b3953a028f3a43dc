import { LEAF, type PackedTree } from '../packed-trees.js';

/** Reads leaf values of one packed tree. Twin of traversal.ts and prediction.ts in kernels/compute/forest. */
export function leafReader(segment: Uint8Array, tree: PackedTree, leafValues: number): (bins: Uint8Array, at: number) => Float64Array {
  const view = new DataView(segment.buffer, segment.byteOffset + tree.start, tree.bytes);
  const values = 8 + tree.nodes * 8;
  return (bins, at) => {
    let node = 0;
    let left = view.getUint32(8, true);
    while (left < LEAF) {
      const word = 8 + node * 8;
      const bin = (bins[at + view.getUint16(word + 4, true)]! - view.getUint8(word + 7)) & 255;
      node = left + (bin > view.getUint8(word + 6) ? 1 : 0);
      left = view.getUint32(8 + node * 8, true);
    }
    const leaf = values + (left - LEAF) * leafValues * 4;
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

