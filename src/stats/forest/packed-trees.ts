/**
 * Trees as they are kept, sent and saved; little-endian, trees follow each other without a gap.
 *
 * | part of a packed tree | bytes | holds |
 * |---|---|---|
 * | header | TREE_HEADER | nodes u32, leaves u32, subsets u32, 0 |
 * | nodes, breadth first | 8 each | left child u32, feature u16, then threshold u8 and shift u8, or the number of a subset u16 |
 * | subsets | SUBSET_BYTES each | a bit for each of 256 bins |
 * | leaf values | 4 x leafValues each | float32 averages over the units of the leaf; which ones is told in leaf-values.ts |
 *
 * The right child follows the left one. A leaf's `left` is LEAF | its ordinal, and nothing else in it counts. A unit goes right when
 * (bin - shift) & 255 > threshold; shift 1 sends missing values (bin 0) right. When the feature has the CATEGORY bit, a unit goes right
 * when the bit of its bin is set in the subset. Bins are those of the forest's `Binning`.
 */
export interface PackedTrees {
  /** consecutive trees, several a segment; in shared memory */
  readonly segments: readonly Uint8Array[];
  readonly trees: number;
  /** trees of a little bag; a segment holds whole bags */
  readonly bagTrees: 1 | 2;
  readonly leafValues: number;
}

export const LEAF = 0x80000000;
/** Bit of a node's feature that splits by a subset of levels. */
export const CATEGORY = 0x8000;
export const TREE_HEADER = 16;
export const SUBSET_BYTES = 32;

export interface PackedTree {
  readonly nodes: number;
  readonly leaves: number;
  readonly subsets: number;
  /** bytes of the tree in its segment */
  readonly start: number;
  readonly bytes: number;
}

/** The trees of a segment, in order. */
export function* treesOf(segment: Uint8Array, leafValues: number): Generator<PackedTree> {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  for (let start = 0; start < segment.byteLength;) {
    const nodes = view.getUint32(start, true);
    const leaves = view.getUint32(start + 4, true);
    const subsets = view.getUint32(start + 8, true);
    const bytes = TREE_HEADER + nodes * 8 + subsets * SUBSET_BYTES + leaves * leafValues * 4;
    yield { nodes, leaves, subsets, start, bytes };
    start += bytes;
  }
}

/** All segments in one array: the bytes that are saved, and that tests compare. */
export function concatenate(segments: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(new SharedArrayBuffer(segments.reduce((sum, segment) => sum + segment.byteLength, 0)));
  let at = 0;
  for (const segment of segments) {
    all.set(segment, at);
    at += segment.byteLength;
  }
  return all;
}
