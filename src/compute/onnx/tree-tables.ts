import { highestBins, UNSEEN_BIN, type Binning } from '../../stats/forest/binning.js';
import { CATEGORY, LEAF, SUBSET_BYTES, TREE_HEADER, treesOf, type PackedTrees } from '../../stats/forest/packed-trees.js';

/**
 * Trees as the tables that a graph gathers from; nodes of all trees are numbered through.
 *
 * At node i a unit of bin b in column `column[i]` goes to `child[2 i + goesRight[rule[i] + b]]`; a leaf is its own child. Columns and bins
 * are those of graph-bins.ts.
 */
export interface WalkTables {
  /** node where each tree starts */
  readonly roots: Int32Array;
  readonly column: Int32Array;
  readonly rule: Int32Array;
  readonly child: Int32Array;
  /** a row of 0 and 1 for each rule that some node has; rules that are alike are kept once */
  readonly goesRight: Uint8Array;
  /** place of each node's leaf values; 0 for nodes that are not leaves */
  readonly leaf: Int32Array;
  /** most splits between a root and a leaf */
  readonly depth: number;
}

/** Tables of a packed forest. */
export interface TreeTables extends WalkTables {
  /** shape (leaves, leafValues) */
  readonly leafValues: Float32Array;
}

/** Bins of a feature as numbered in a graph, in order: the forest's bins with those left out that no value has, the unseen level last. */
export const binsOf = (binning: Binning, feature: number): readonly number[] => {
  const isCategorical = binning.levels[feature] !== null;
  const highest = highestBins(binning)[feature]!;
  const first = isCategorical || !binning.hasMissing[feature] ? 0 : highest - binning.cuts[feature]!.length;
  const values = Array.from({ length: highest - first + 1 }, (_, i) => first + i);
  return [...(first > 0 ? [0] : []), ...values, ...(isCategorical ? [UNSEEN_BIN] : [])];
};

/** @param columnOf the graph's column of each feature */
export function treeTables(trees: PackedTrees, binning: Binning, columnOf: readonly number[]): TreeTables {
  const packed = trees.segments.flatMap((segment) => [...treesOf(segment, trees.leafValues)].map((tree) => ({ ...tree, segment })));
  const nodes = packed.reduce((sum, tree) => sum + tree.nodes, 0);
  const leaves = packed.reduce((sum, tree) => sum + tree.leaves, 0);
  const tables = {
    roots: new Int32Array(packed.length), column: new Int32Array(nodes), rule: new Int32Array(nodes), child: new Int32Array(2 * nodes),
    leaf: new Int32Array(nodes), leafValues: new Float32Array(leaves * trees.leafValues),
  };
  const rules = ruleBook(binning);
  let node = 0;
  let leaf = 0;
  let depth = 0;
  packed.forEach(({ segment, start, nodes: count, leaves: ends, subsets, bytes }, t) => {
    const view = new DataView(segment.buffer, segment.byteOffset + start, bytes);
    const subsetsAt = TREE_HEADER + count * 8;
    const depths = new Uint16Array(count);
    tables.roots[t] = node;
    for (let i = 0; i < count; i++) {
      const at = TREE_HEADER + i * 8;
      const left = view.getUint32(at, true);
      const here = node + i;
      if (left >= LEAF) {
        tables.child.fill(here, 2 * here, 2 * here + 2);
        tables.leaf[here] = leaf + (left - LEAF);
        depth = Math.max(depth, depths[i]!);
        continue;
      }
      const field = view.getUint16(at + 4, true);
      const feature = field & ~CATEGORY;
      tables.column[here] = columnOf[feature]!;
      tables.rule[here] = field < CATEGORY
        ? rules.threshold(feature, view.getUint8(at + 6), view.getUint8(at + 7))
        : rules.subset(feature, new Uint8Array(view.buffer, view.byteOffset + subsetsAt + view.getUint16(at + 6, true) * SUBSET_BYTES, SUBSET_BYTES));
      tables.child[2 * here] = node + left;
      tables.child[2 * here + 1] = node + left + 1;
      depths[left] = depths[left + 1] = depths[i]! + 1;
    }
    const valuesAt = subsetsAt + subsets * SUBSET_BYTES;
    for (let k = 0; k < ends * trees.leafValues; k++) tables.leafValues[leaf * trees.leafValues + k] = view.getFloat32(valuesAt + 4 * k, true);
    node += count;
    leaf += ends;
  });
  return { ...tables, goesRight: rules.rows(), depth };
}

/** Rules by what they say of each bin; both give the place of the rule's row. */
function ruleBook(binning: Binning) {
  const bins = binning.cuts.map((_, feature) => binsOf(binning, feature));
  const { placeOf, rows } = ruleRows(Math.max(...bins.map(({ length }) => length)));
  const thresholds = new Map<number, number>();
  return {
    threshold: (feature: number, threshold: number, shift: number): number => {
      const key = (feature * 256 + threshold) * 256 + shift;
      const known = thresholds.get(key);
      if (known !== undefined) return known;
      const place = placeOf(bins[feature]!.map((bin) => (((bin - shift) & 255) > threshold ? 1 : 0)));
      thresholds.set(key, place);
      return place;
    },
    subset: (feature: number, subset: Uint8Array): number => placeOf(bins[feature]!.map((bin) => (subset[bin >>> 3]! >>> (bin & 7)) & 1)),
    rows,
  };
}

/** Rows of rules, each kept once. @param width  the longest; leaves have rule 0 and column 0, whose bins it must be long enough for */
export function ruleRows(width: number): { placeOf(row: readonly number[]): number; rows(): Uint8Array } {
  const written: number[] = new Array<number>(width).fill(0);
  const places = new Map<string, number>();
  return {
    placeOf(row) {
      const key = row.join('');
      const known = places.get(key);
      if (known !== undefined) return known;
      const place = written.length;
      written.push(...row);
      places.set(key, place);
      return place;
    },
    rows: () => Uint8Array.from(written),
  };
}
