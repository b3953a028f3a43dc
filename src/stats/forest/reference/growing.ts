import type { BinnedRows } from '../binning.js';
import { SAMPLED, type GrowthPlan } from '../growth-plan.js';
import { isBalanced } from '../forest-kinds.js';
import type { Labels } from './cells.js';
import { relabel } from './labels.js';
import { scanLevels } from './levels.js';
import type { DrawnTree } from './sampling.js';
import { dropMissing, histogramOf, scan, type Split } from './splitting.js';
import type { WordStream } from './random.js';

/** A node under construction; a leaf has no split, a split by levels has those that go right. */
export interface GrownNode {
  left: number;
  split: Split | null;
  rightLevels: Uint8Array | null;
}

interface Pending {
  readonly rows: Int32Array;
  readonly node: number;
  /** range of bins of each feature */
  readonly lowest: Uint8Array;
  readonly highest: Uint8Array;
}

const TOP_BIN = 255;
const MAX_SUBSETS = 65_535;
const leaf = (): GrownNode => ({ left: 0, split: null, rightLevels: null });

/** Grows a tree from its split half, depth first, smaller children first. Twin of kernels/compute/forest/growing.ts. */
export function growTree(rows: BinnedRows, plan: GrowthPlan, drawn: DrawnTree): GrownNode[] {
  const p = rows.features;
  const nodes = [leaf()];
  let subsets = 0;
  const featureOrder = Int32Array.from({ length: p }, (_, feature) => feature);
  const waiting: Pending[] = [{ rows: drawn.splitRows, node: 0, lowest: new Uint8Array(p), highest: rows.highestBin }];
  for (let here = waiting.pop(); here; here = waiting.pop()) {
    const found = findSplit(rows, plan, drawn.stream, here, featureOrder, subsets < MAX_SUBSETS);
    if (!found) continue;
    const split = { ...found, threshold: Math.min(found.threshold, TOP_BIN) };
    const left = nodes.length;
    nodes.push(leaf(), leaf());
    const placed = split.order?.slice(split.threshold + 1);
    const goesRight = (row: number) => {
      const bin = rows.bins[row * p + split.feature]!;
      return placed ? placed.includes(bin) : isRight(bin, split.threshold, split.missingRight);
    };
    const children = [
      child(here, left, here.rows.filter((row) => !goesRight(row))),
      child(here, left + 1, here.rows.filter(goesRight)),
    ] as const;
    const isLeftLarger = children[0].rows.length >= children[1].rows.length;
    nodes[here.node] = { left, split, rightLevels: split.order && placed ? rightLevels(split.order, placed, isLeftLarger) : null };
    if (split.order) subsets++;
    else {
      children[0].highest[split.feature] = split.threshold;
      if (split.missingRight) children[0].lowest[split.feature] = Math.max(children[0].lowest[split.feature]!, 1);
      else children[1].lowest[split.feature] = split.threshold + 1;
    }
    waiting.push(...(isLeftLarger ? children : [children[1], children[0]]));
  }
  return nodes;
}

/** One byte a bin; levels that the node does not have go to its larger child. */
function rightLevels(order: readonly number[], placed: readonly number[], isLeftLarger: boolean): Uint8Array {
  return Uint8Array.from({ length: TOP_BIN + 1 }, (_, bin) => (placed.includes(bin) || (!isLeftLarger && !order.includes(bin)) ? 1 : 0));
}

const child = (parent: Pending, node: number, rows: Int32Array): Pending =>
  ({ rows, node, lowest: Uint8Array.from(parent.lowest), highest: Uint8Array.from(parent.highest) });

/** Missing values are bin 0; they go right when the split says so. */
const isRight = (bin: number, threshold: number, missingRight: boolean): boolean =>
  missingRight ? bin === 0 || bin > threshold : bin > threshold;

/** The leaf of a row in a tree under construction. */
export function leafOf(rows: BinnedRows, nodes: readonly GrownNode[], row: number): number {
  let node = 0;
  for (let here = nodes[0]!; here.split; here = nodes[node]!) {
    const bin = rows.bins[row * rows.features + here.split.feature]!;
    const goesRight = here.rightLevels ? here.rightLevels[bin] === 1 : isRight(bin, here.split.threshold, here.split.missingRight);
    node = here.left + (goesRight ? 1 : 0);
  }
  return node;
}

function findSplit(rows: BinnedRows, plan: GrowthPlan, stream: WordStream, node: Pending, featureOrder: Int32Array, hasRoomForSubset: boolean): Split | null {
  const count = node.rows.length;
  if (count <= plan.minNodeSize || (isBalanced(plan.kind) && count < 4 * plan.minNodeSize)) return null;
  const among = (some: Int32Array) => findSplitAmong(rows, plan, stream, { ...node, rows: some }, featureOrder, hasRoomForSubset);
  const isSampled = count > SAMPLED && 32 * plan.minNodeSize <= SAMPLED && !rows.categorical.includes(1);
  const sample = isSampled ? Int32Array.from({ length: SAMPLED }, (_, i) => node.rows[Math.floor((i * count) / SAMPLED)]!) : null;
  return (sample && among(sample)) ?? among(node.rows);
}

function findSplitAmong(rows: BinnedRows, plan: GrowthPlan, stream: WordStream, node: Pending, featureOrder: Int32Array, hasRoomForSubset: boolean): Split | null {
  const labels = relabel(plan, node.rows);
  if (!labels) return null;
  let best: Split = { gain: 0, feature: 0, threshold: 0, missingRight: false, order: null };
  for (const feature of drawCandidates(plan, stream, featureOrder)) {
    const low = node.lowest[feature]!;
    const high = node.highest[feature]!;
    if (low === high || (rows.categorical[feature] && !hasRoomForSubset)) continue;
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
  const binOf = (i: number) => rows.bins[node.rows[i]! * rows.features + feature]!;
  if (rows.categorical[feature]) return scanLevels(plan, histogramOf(binOf, labels, feature, 0), labels, best);
  const mayMiss = low === 0 && rows.hasMissing[feature] === 1;
  const limit = binLimit(plan, node.rows.length);
  let shift = 0;
  while ((high >> shift) - (low >> shift) >= limit) shift++;
  const histogram = histogramOf(binOf, labels, feature, shift);
  best = scan(plan, histogram, labels, false, best);
  if (!mayMiss || (histogram.count[0] === 0 && histogram.rho[0]![0] === 0)) return best;
  dropMissing(histogram);
  return scan(plan, histogram, labels, true, best);
}

function binLimit(plan: GrowthPlan, count: number): number {
  if (isBalanced(plan.kind)) return count >= 768 ? 256 : count >= 256 ? 128 : count >= 80 ? 64 : 32;
  return count >= 512 ? 256 : count >= 128 ? 128 : count >= 40 ? 64 : count >= 12 ? 32 : 16;
}
