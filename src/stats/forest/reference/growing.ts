import type { BinnedRows } from '../binning.js';
import type { GrowthPlan } from '../growth-plan.js';
import { relabel, type Labels } from './relabelling.js';
import type { DrawnTree } from './sampling.js';
import { dropMissing, histogramOf, scan, type Split } from './splitting.js';
import type { WordStream } from './random.js';

/** A node under construction; a leaf has no split. */
export interface GrownNode {
  left: number;
  split: Split | null;
}

interface Pending {
  readonly rows: Int32Array;
  readonly node: number;
  /** range of bins of each feature */
  readonly lowest: Uint8Array;
  readonly highest: Uint8Array;
}

const TOP_BIN = 255;

/** Grows a tree from its split half, depth first, smaller children first. Twin of kernels/compute/forest/growing.ts. */
export function growTree(rows: BinnedRows, plan: GrowthPlan, drawn: DrawnTree): GrownNode[] {
  const p = rows.features;
  const nodes: GrownNode[] = [{ left: 0, split: null }];
  const featureOrder = Int32Array.from({ length: p }, (_, feature) => feature);
  const waiting: Pending[] = [{ rows: drawn.splitRows, node: 0, lowest: new Uint8Array(p), highest: rows.highestBin }];
  for (let here = waiting.pop(); here; here = waiting.pop()) {
    const split = findSplit(rows, plan, drawn.stream, here, featureOrder);
    if (!split) continue;
    const threshold = Math.min(split.threshold, TOP_BIN);
    const left = nodes.length;
    nodes.push({ left: 0, split: null }, { left: 0, split: null });
    nodes[here.node] = { left, split: { ...split, threshold } };
    const goesRight = (row: number) => isRight(rows.bins[row * p + split.feature]!, threshold, split.missingRight);
    const children = [
      child(here, left, here.rows.filter((row) => !goesRight(row))),
      child(here, left + 1, here.rows.filter(goesRight)),
    ] as const;
    children[0].highest[split.feature] = threshold;
    if (split.missingRight) children[0].lowest[split.feature] = Math.max(children[0].lowest[split.feature]!, 1);
    else children[1].lowest[split.feature] = threshold + 1;
    waiting.push(...(children[0].rows.length >= children[1].rows.length ? children : [children[1], children[0]]));
  }
  return nodes;
}

const child = (parent: Pending, node: number, rows: Int32Array): Pending =>
  ({ rows, node, lowest: Uint8Array.from(parent.lowest), highest: Uint8Array.from(parent.highest) });

/** Missing values are bin 0; they go right when the split says so. */
export const isRight = (bin: number, threshold: number, missingRight: boolean): boolean =>
  missingRight ? bin === 0 || bin > threshold : bin > threshold;

function findSplit(rows: BinnedRows, plan: GrowthPlan, stream: WordStream, node: Pending, featureOrder: Int32Array): Split | null {
  const count = node.rows.length;
  if (count <= plan.minNodeSize || (plan.kind === 'causal' && count < 4 * plan.minNodeSize)) return null;
  const labels = relabel(plan, node.rows);
  if (!labels) return null;
  let best: Split = { gain: 0, feature: 0, threshold: 0, missingRight: false };
  for (const feature of drawCandidates(plan, stream, featureOrder)) {
    const low = node.lowest[feature]!;
    const high = node.highest[feature]!;
    if (low === high) continue;
    best = bestCut(rows, plan, node, labels, feature, low, high, best);
  }
  return best.gain > 0 ? best : null;
}

function drawCandidates(plan: GrowthPlan, stream: WordStream, featureOrder: Int32Array): Int32Array {
  const word = stream.nextWord();
  let poisson = plan.mtryCutoffs.findIndex((cutoff) => word < cutoff);
  if (poisson < 0) poisson = plan.mtryCutoffs.length;
  const draws = Math.max(1, Math.min(poisson, featureOrder.length));
  for (let i = 0; i < draws; i++) {
    const other = i + stream.nextBelow(featureOrder.length - i);
    const feature = featureOrder[other]!;
    featureOrder[other] = featureOrder[i]!;
    featureOrder[i] = feature;
  }
  return featureOrder.slice(0, draws);
}

function bestCut(
  rows: BinnedRows, plan: GrowthPlan, node: Pending, labels: Labels, feature: number, low: number, high: number, best: Split,
): Split {
  const mayMiss = low === 0 && rows.hasMissing[feature] === 1;
  const limit = binLimit(plan, node.rows.length);
  let shift = 0;
  while ((high >> shift) - (low >> shift) >= limit) shift++;
  const histogram = histogramOf((i) => rows.bins[node.rows[i]! * rows.features + feature]!, labels, feature, shift);
  best = scan(plan, histogram, labels, false, best);
  if (!mayMiss || histogram.count[0] === 0) return best;
  dropMissing(histogram);
  return scan(plan, histogram, labels, true, best);
}

function binLimit(plan: GrowthPlan, count: number): number {
  if (plan.kind === 'causal') return count >= 768 ? 256 : count >= 256 ? 128 : count >= 80 ? 64 : 32;
  return count >= 512 ? 256 : count >= 128 ? 128 : count >= 40 ? 64 : count >= 12 ? 32 : 16;
}
