import { readBlocks, writeBlocks, type BlockArray } from '../../forest/block-file.js';
import { withArrays, withoutArrays } from '../../forest/forest-file.js';
import { refuse, type Refusal } from '../../refusal.js';
import type { UpliftForest } from './uplift-forest.js';
import type { UpliftTree } from './uplift-tree.js';

const FORMAT = 'assay uplift forest';
const VERSION = 1;

interface Header { readonly format: string; readonly version: number; readonly forest: unknown }

/** Trees one after the other, each field in one array; shape (nodes of all trees) unless told. */
interface PackedUplift {
  /** nodes, and words of sets, of each tree, shape (trees) each */
  readonly nodes: Int32Array;
  readonly words: Int32Array;
  readonly feature: Int32Array;
  readonly cut: Uint8Array;
  readonly rule: Uint8Array;
  readonly child: Int32Array;
  readonly set: Int32Array;
  /** shape (words of all trees) */
  readonly sets: Uint32Array;
  /** shape (nodes of all trees, treatments) */
  readonly uplift: Float64Array;
}

/** A forest as bytes: the same forest gives the same bytes, whoever grew it. */
export function saveUpliftForest({ trees, ...forest }: UpliftForest): Uint8Array {
  const blocks: Record<string, BlockArray> = {};
  const header: Header = { format: FORMAT, version: VERSION, forest: withoutArrays({ ...forest, trees: packTrees(trees) }, 'forest', blocks) };
  return writeBlocks(header, blocks);
}

/** Reads what `saveUpliftForest` wrote. Refuses anything else, and a version that this code does not know. */
export function loadUpliftForest(bytes: Uint8Array): UpliftForest | Refusal {
  const file = readBlocks(bytes);
  const header = file?.header as Header | undefined;
  if (!file || header?.format !== FORMAT) return refuse('unsupported_combination', 'this file is not a saved uplift forest', 'Give a file that was saved as one.');
  if (header.version !== VERSION) return refuse('unsupported_combination', `this uplift forest was saved in format ${header.version}; this version reads format ${VERSION}`, 'Grow and save the forest again.');
  const { trees, ...forest } = withArrays(header.forest, file) as Omit<UpliftForest, 'trees'> & { readonly trees: PackedUplift };
  return { ...forest, trees: unpackTrees(trees, forest.arms.length - 1) };
}

function packTrees(trees: readonly UpliftTree[]): PackedUplift {
  const all = <K extends keyof UpliftTree>(field: K): number[] => trees.flatMap((tree) => Array.from<number>(tree[field]));
  return {
    nodes: Int32Array.from(trees, ({ feature }) => feature.length), words: Int32Array.from(trees, ({ sets }) => sets.length),
    feature: Int32Array.from(all('feature')), cut: Uint8Array.from(all('cut')), rule: Uint8Array.from(all('rule')), child: Int32Array.from(all('child')),
    set: Int32Array.from(all('set')), sets: Uint32Array.from(all('sets')), uplift: Float64Array.from(all('uplift')),
  };
}

function unpackTrees({ nodes, words, feature, cut, rule, child, set, sets, uplift }: PackedUplift, treatments: number): UpliftTree[] {
  let [node, word] = [0, 0];
  return Array.from(nodes, (count, tree) => {
    const [from, to, wordsFrom] = [node, node + count, word];
    node = to;
    word += words[tree]!;
    return {
      feature: Int16Array.from(feature.subarray(from, to)), cut: cut.slice(from, to), rule: rule.slice(from, to), child: child.slice(from, to), set: set.slice(from, to),
      sets: sets.slice(wordsFrom, word), uplift: uplift.slice(from * treatments, to * treatments),
    };
  });
}
