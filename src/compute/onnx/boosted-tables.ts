import type { Binning } from '../../stats/forest/binning.js';
import type { BoostingBins } from '../../stats/learners/boosting/bins.js';
import type { ScoringTree } from '../../stats/learners/boosting/tree.js';
import { binsOf, ruleRows, type WalkTables } from './tree-tables.js';

/** Bins of boosting as bins of a graph: levels that boosting gave no bin of their own are told apart from none. */
export function boostedBinning({ numeric, levels, position }: BoostingBins): Binning {
  return {
    cuts: levels.map((known, feature) => (known ? new Float64Array(0) : numeric.cuts[position[feature]!]!)),
    hasMissing: Uint8Array.from(levels, (known, feature) => (known ? 0 : numeric.hasMissing[position[feature]!]!)),
    levels: levels.map((known) => known && Float64Array.from(known.keys()).sort()),
  };
}

export interface BoostedTables extends WalkTables {
  /** what each leaf adds to the score, shape (leaves) */
  readonly leafValues: Float64Array;
}

/** Boosted trees as the tables that a graph walks, after splits come the leaves. @param columnOf the graph's column of each feature */
export function boostedTables(trees: readonly ScoringTree[], bins: BoostingBins, columnOf: readonly number[]): BoostedTables {
  const splits = trees.reduce((sum, { feature }) => sum + feature.length, 0);
  const leaves = trees.reduce((sum, { values }) => sum + values.length, 0);
  const nodes = splits + leaves;
  const boostingBins = binsInOrder(bins);
  const { placeOf, rows } = ruleRows(Math.max(...boostingBins.map(({ length }) => length)));
  const tables = {
    roots: new Int32Array(trees.length), column: new Int32Array(nodes), rule: new Int32Array(nodes), child: new Int32Array(2 * nodes),
    leaf: new Int32Array(nodes), leafValues: new Float64Array(leaves),
  };
  let node = 0;
  let leaf = 0;
  let depth = 0;
  trees.forEach(({ feature, masks, left, right, values }, t) => {
    const first = node;
    const placeOfChild = (child: number) => first + (child >= 0 ? child : feature.length + ~child);
    const depths = new Uint16Array(feature.length);
    tables.roots[t] = first;
    feature.forEach((index, s) => {
      tables.column[first + s] = columnOf[index]!;
      tables.rule[first + s] = placeOf(boostingBins[index]!.map((bin) => 1 - ((masks[s * 8 + (bin >> 5)]! >>> (bin & 31)) & 1)));
      tables.child[2 * (first + s)] = placeOfChild(left[s]!);
      tables.child[2 * (first + s) + 1] = placeOfChild(right[s]!);
      for (const child of [left[s]!, right[s]!]) if (child >= 0) depths[child] = depths[s]! + 1;
      depth = Math.max(depth, depths[s]! + 1);
    });
    values.forEach((value, l) => {
      const here = first + feature.length + l;
      tables.child.fill(here, 2 * here, 2 * here + 2);
      tables.leaf[here] = leaf + l;
      tables.leafValues[leaf + l] = value;
    });
    node += feature.length + values.length;
    leaf += values.length;
  });
  return { ...tables, goesRight: rows(), depth };
}

/** By feature, the bin of boosting behind each bin of the graph, in the graph's order. */
function binsInOrder(bins: BoostingBins): readonly (readonly number[])[] {
  const binning = boostedBinning(bins);
  return bins.levels.map((known, feature) => {
    const levels = binning.levels[feature];
    return known && levels ? [...Array.from(levels, (code) => known.get(code)!), 0] : binsOf(binning, feature);
  });
}
