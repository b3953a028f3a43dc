/**
 * Trees as they are kept, sent and saved.
 *
 * A packed tree is { nodes u32, leaves u32 }, then 8 bytes a node { left child u32, feature u16, threshold u8, shift u8 }, then the leaf
 * values (float32). Children are adjacent; a unit goes right when (bin - shift) & 255 > threshold; a leaf's `left` is LEAF | its ordinal.
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

export interface PackedTree {
  readonly nodes: number;
  readonly leaves: number;
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
    const bytes = 8 + nodes * 8 + leaves * leafValues * 4;
    yield { nodes, leaves, start, bytes };
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
