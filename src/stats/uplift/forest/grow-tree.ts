import { stream, type RandomStream } from '../../numeric/random.js';
import { createSplitSearch, type Split } from './best-split.js';
import { createSplitJudge } from './criteria.js';
import { cellCounter } from './node-cells.js';
import { partitioner } from './partition.js';
import type { UpliftPlan, UpliftRows } from './uplift-forest.js';
import type { UpliftTree } from './uplift-tree.js';

export interface GrownTree {
  readonly tree: UpliftTree;
  /** 1: the tree drew the unit (or its cluster), shape (rows) */
  readonly drawn: Uint8Array;
  /** gain x share of the tree's units, summed over the splits by each feature */
  readonly importance: Float64Array;
}

/** Leaf values are multiples of this, so that sums over up to 4,096 trees are exact in any order. */
const STEP = 2 ** -40;
/** Names the streams of uplift trees among those of a seed. */
const TREE_STREAM = 0x75706c;

/**
 * One tree of an uplift forest, by its seed and index alone.
 *
 * Units are drawn without replacement; in an honest tree one half places the splits and the other estimates the leaves. A leaf's response rates
 * are shrunk to those of its parent, and so on to the root, by `regularisation` units.
 */
export function growTree(rows: UpliftRows, plan: UpliftPlan, index: number): GrownTree {
  const random = stream(plan.seed, TREE_STREAM, index);
  const { drawn, splitting, estimating } = drawUnits(rows, plan, random);
  const { arms } = rows;
  const judge = createSplitJudge(plan, arms);
  const search = createSplitSearch(judge, arms, plan);
  const cells = cellCounter(rows, plan.mtry);
  const partition = partitioner(rows);
  const features = Int32Array.from(rows.columns.keys());
  const importance = new Float64Array(rows.columns.length);
  const grown: GrowingTree = { feature: [], cut: [], rule: [], child: [], set: [], sets: [], uplift: [] };
  const open: OpenNode[] = [];
  addNode({ splitting, estimating, depth: 0, rates: new Float64Array(arms), leafRates: new Float64Array(arms) }, 0);

  while (open.length > 0) {
    const node = open.pop()!;
    const split = bestSplit(node);
    if (!split) continue;
    importance[split.feature]! += (split.gain * node.splitting.length) / splitting.length;
    const at = node.index;
    grown.feature[at] = split.feature;
    grown.cut[at] = split.cut;
    grown.rule[at] = split.rule;
    grown.set[at] = grown.sets.length;
    if (split.set) grown.sets.push(...split.set);
    grown.child[at] = grown.feature.length;
    const splittingSides = partition(node.splitting, split);
    const estimatingSides = plan.isHonest ? partition(node.estimating, split) : splittingSides;
    for (const side of [0, 1] as const) {
      addNode({ splitting: splittingSides[side], estimating: estimatingSides[side], depth: node.depth + 1, rates: node.rates, leafRates: node.leafRates }, plan.regularisation);
    }
  }
  return { tree: packed(grown, arms), drawn, importance };

  /** `rates` and `leafRates` come as the parent's. */
  function addNode(child: Omit<OpenNode, 'index' | 'counts'>, regularisation: number): void {
    const index = grown.feature.length;
    const counts = countsOf(rows, child.splitting);
    const rates = shrunken(counts, child.rates, regularisation);
    const leafRates = child.estimating === child.splitting ? shrunken(counts, child.leafRates, regularisation) : shrunken(countsOf(rows, child.estimating), child.leafRates, regularisation);
    grown.feature.push(-1);
    grown.cut.push(0);
    grown.rule.push(0);
    grown.child.push(0);
    grown.set.push(0);
    for (let k = 1; k < arms; k++) grown.uplift.push(Math.round((leafRates[k]! - leafRates[0]!) / STEP) * STEP);
    open.push({ ...child, index, counts, rates, leafRates });
  }

  function bestSplit({ splitting: units, counts, rates, depth }: OpenNode): Split | null {
    if (depth >= plan.maxDepth || units.length < 2 * plan.minLeaf) return null;
    judge.enter(rates, counts);
    search.begin(counts);
    for (let drawnFeatures = 0; drawnFeatures < plan.mtry; drawnFeatures++) {
      const other = drawnFeatures + random.integer(features.length - drawnFeatures);
      const feature = features[other]!;
      features[other] = features[drawnFeatures]!;
      features[drawnFeatures] = feature;
    }
    for (const counted of cells.of(units, features)) {
      if (rows.binned.categorical[counted.feature] === 1) search.byLevels(counted);
      else search.ordered(counted);
    }
    return search.best();
  }
}

interface OpenNode {
  readonly index: number;
  readonly splitting: Int32Array;
  readonly estimating: Int32Array;
  readonly counts: Int32Array;
  readonly depth: number;
  readonly rates: Float64Array;
  readonly leafRates: Float64Array;
}
type GrowingTree = { [K in keyof UpliftTree]: number[] };

const packed = (grown: GrowingTree, arms: number): UpliftTree => ({
  feature: Int16Array.from(grown.feature), cut: Uint8Array.from(grown.cut), rule: Uint8Array.from(grown.rule), child: Int32Array.from(grown.child),
  set: Int32Array.from(grown.set), sets: Uint32Array.from(grown.sets), uplift: Float64Array.from(grown.uplift.slice(0, grown.feature.length * (arms - 1))),
});

function countsOf({ codes, arms }: UpliftRows, units: Int32Array): Int32Array {
  const cells = new Int32Array(2 * arms);
  for (let i = 0; i < units.length; i++) cells[codes[units[i]!]!]!++;
  for (let k = 0; k < arms; k++) cells[2 * k]! += cells[2 * k + 1]!;
  return cells;
}

/** Response rates of a node's arms with some units of its parent's rates; an arm without units has its parent's. */
function shrunken(counts: Int32Array, parent: Float64Array, regularisation: number): Float64Array {
  return parent.map((rate, k) => (counts[2 * k]! + regularisation > 0 ? (counts[2 * k + 1]! + regularisation * rate) / (counts[2 * k]! + regularisation) : rate));
}

/** Who takes part: a share of the units or clusters, in honest trees halved. */
function drawUnits({ codes, binned }: UpliftRows, { sampleFraction, isHonest }: UpliftPlan, random: RandomStream) {
  const { clusters } = binned;
  const groups = clusters ? clusters.sizes.length : codes.length;
  const need = Math.max(1, Math.round(sampleFraction * groups));
  const splittingNeed = isHonest ? Math.ceil(need / 2) : need;
  const role = new Uint8Array(groups);
  for (let group = 0, left = need; group < groups && left > 0; group++) {
    if (random.uint32() * (groups - group) >= left * 2 ** 32) continue;
    role[group] = 1;
    left--;
  }
  if (isHonest) {
    let [left, estimators] = [need, need - splittingNeed];
    for (let group = 0; group < groups; group++) {
      if (role[group] === 0) continue;
      if (random.uint32() * left-- < estimators * 2 ** 32) { role[group] = 2; estimators--; }
    }
  }
  const drawn = new Uint8Array(codes.length);
  const units = [new Int32Array(codes.length), new Int32Array(codes.length)] as const;
  const counts = [0, 0];
  for (let unit = 0; unit < codes.length; unit++) {
    const part = role[clusters ? clusters.codes[unit]! : unit]!;
    if (part === 0) continue;
    drawn[unit] = 1;
    units[part - 1]![counts[part - 1]!++] = unit;
  }
  const [splitting, estimating] = units.map((list, part) => list.slice(0, counts[part])) as [Int32Array, Int32Array];
  return { drawn, splitting, estimating: isHonest ? estimating : splitting };
}
