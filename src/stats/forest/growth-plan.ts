import { logGamma } from '../numeric/gamma.js';
import { refuse, type Refusal } from '../refusal.js';
import type { BinnedRows } from './binning.js';
import { forestKinds, type ForestKind } from './forest-kinds.js';
import { leafValueCount, valuesOfRow, type LabelColumns } from './leaf-values.js';

/** How a forest is grown: the words and defaults of grf. */
export interface ForestSettings {
  /** trees; rounded up to whole little bags */
  readonly trees: number;
  /** trees of a little bag: 2 gives variances, 1 does not */
  readonly bagTrees: 1 | 2;
  /** share of units that a tree draws without replacement, in (0, 0.5] when bagTrees is 2, in (0, 1] otherwise */
  readonly sampleFraction: number;
  /** share of a tree's units that places splits, in (0, 1); null: no honesty */
  readonly honestyFraction: number | null;
  /** mean of the Poisson number of features tried in a node */
  readonly mtry: number;
  /** a node of this size or less is not split; causal: each child keeps this many units below and above the mean treatment */
  readonly minNodeSize: number;
  /** least share of a node (of its treatment variation when stabilised) that a child keeps, in [0, 0.25] */
  readonly alpha: number;
  /** penalty on uneven splits, in squared units of the label */
  readonly imbalancePenalty: number;
  /** draw as many rows from every cluster as the smallest has */
  readonly equalizeClusters: boolean;
  readonly seed: number;
}

/** grf's default number of features tried: min(ceil(sqrt(p) + 20), p). */
export const defaultMtry = (features: number): number => Math.min(Math.ceil(Math.sqrt(features) + 20), features);

/** Everything a tree depends on, in the integers and floats that kernel and reference share. */
export interface GrowthPlan extends LabelColumns {
  readonly kind: ForestKind;
  readonly weighted: boolean;
  /** words that name the streams of random numbers */
  readonly seed: number;
  readonly forest: number;
  readonly bags: number;
  readonly bagTrees: 1 | 2;
  /** units drawn by a bag, by a tree, and by the half that places splits */
  readonly bagSize: number;
  readonly treeSize: number;
  readonly splitSize: number;
  readonly rowsPerUnit: number;
  readonly minNodeSize: number;
  readonly alpha: number;
  readonly imbalancePenalty: number;
  /** cumulative Poisson probabilities in units of 2^-32 */
  readonly mtryCutoffs: Uint32Array;
  /** share of the treatment in the instrument that an instrumental forest labels by */
  readonly reducedFormWeight: number;
  /** values kept of a leaf; see leaf-values.ts */
  readonly leafValues: number;
  /** shape (leafValues) */
  readonly leafGrid: Float64Array;
}

/** What memory is laid out for, at most. */
export interface Capacity {
  /** rows that a tree may place splits with, and estimate leaves with */
  readonly split: number;
  readonly estimate: number;
  readonly furtherColumns: number;
  /** bytes of a histogram cell */
  readonly cell: number;
  readonly leafValues: number;
}

export function capacityOf(rows: BinnedRows, plan: GrowthPlan): Capacity {
  const outcomes = plan.further.length - plan.treatments;
  const words = plan.treatments > 0 ? plan.treatments * (outcomes + 3) + 2 : outcomes + 2;
  return {
    ...rowCapacity(rows, plan), furtherColumns: plan.further.length, leafValues: plan.leafValues,
    cell: forestKinds[plan.kind].labels === 'several' ? Math.max(32, 16 * Math.ceil(words / 4)) : 16,
  };
}

function rowCapacity(rows: BinnedRows, plan: GrowthPlan): { readonly split: number; readonly estimate: number } {
  const estimateUnits = plan.splitSize < plan.treeSize ? plan.treeSize - plan.splitSize : plan.treeSize;
  if (!rows.clusters) return { split: plan.splitSize, estimate: estimateUnits };
  const largest = [...rows.clusters.sizes].map((size) => Math.min(size, plan.rowsPerUnit)).sort((a, b) => b - a);
  const most = (units: number) => largest.slice(0, units).reduce((sum, size) => sum + size, 0);
  return { split: most(plan.splitSize), estimate: most(estimateUnits) };
}

/** A node of more rows is judged by so many of them, at equal distances, unless a feature is categorical or a child must be large. */
export const SAMPLED = 16_384;

/** Sums of leaf values stay exact up to this many trees; see `leafGrid`. */
const MAX_TREES = 65_536;
const GRID_BITS = 36;
/** The highest bit of a node's feature says that it splits by levels. */
const MAX_FEATURES = 32_767;
/** Of several effects; static memory of the kernel. */
export const MAX_SEVERAL = 16;
const MIN_TREE_UNITS = 4;

/**
 * Turns settings into a plan.
 *
 * @param columns standardised float32 columns, shape (n); absent ones are not read by the kind
 * @param forest names the forest among those of one seed: nuisance and causal forests draw from different streams
 * Refuses when a tree would not have two units to split and two to estimate with.
 */
export function planGrowth(
  rows: BinnedRows, kind: ForestKind, settings: ForestSettings, forest: number,
  given: { readonly weight: Float32Array | null; readonly reducedFormWeight?: number } & Partial<Omit<LabelColumns, 'weight'>>,
): GrowthPlan | Refusal {
  const units = rows.clusters ? rows.clusters.sizes.length : rows.rows;
  const bagShare = settings.bagTrees === 2 ? 0.5 : settings.sampleFraction;
  const bagSize = Math.floor(units * bagShare);
  const treeSize = settings.bagTrees === 2 ? Math.ceil(bagSize * Math.min(1, settings.sampleFraction * 2)) : bagSize;
  const splitSize = settings.honestyFraction === null ? treeSize : Math.ceil(treeSize * settings.honestyFraction);
  if (treeSize < MIN_TREE_UNITS || (settings.honestyFraction !== null && (splitSize < 2 || treeSize - splitSize < 2))) {
    return refuse('too_few_units',
      `a tree of the forest would draw ${treeSize} of ${units} ${rows.clusters ? 'clusters' : 'units'}; it needs at least ${MIN_TREE_UNITS}, two for each honest half`,
      rows.clusters ? 'Bring more clusters, or leave the role cluster out where units are independent.' : 'Collect more units, or raise the sample fraction.');
  }
  if (settings.trees > MAX_TREES) {
    return refuse('unsupported_combination', `a forest has at most ${MAX_TREES} trees; got ${settings.trees}`, 'Grow fewer trees.');
  }
  if (rows.features > MAX_FEATURES || !(settings.mtry > 0 && settings.mtry <= MAX_MTRY)) {
    return refuse('unsupported_combination',
      `a forest takes at most ${MAX_FEATURES} features and tries (0, ${MAX_MTRY}] of them in a node; got ${rows.features} and ${settings.mtry}`,
      'Use fewer columns, or try fewer of them in a node.');
  }
  const none = new Float32Array(rows.rows);
  const columns: LabelColumns = {
    treatment: given.treatment ?? none, outcome: given.outcome ?? none, weight: given.weight ?? new Float32Array(rows.rows).fill(1),
    further: given.further ?? [], treatments: given.treatments ?? 0,
  };
  if (columns.treatments > MAX_SEVERAL || columns.further.length - columns.treatments > MAX_SEVERAL) {
    return refuse('unsupported_combination',
      `a forest takes at most ${MAX_SEVERAL} treatments besides the control and ${MAX_SEVERAL} outcomes; got ${columns.treatments} and ${columns.further.length - columns.treatments}`,
      'Leave some out, or grow a forest for each.');
  }
  const weighted = given.weight !== null;
  const leafValues = leafValueCount(kind, weighted, columns);
  return {
    ...columns, kind, weighted, forest, bagSize, treeSize, splitSize, leafValues,
    reducedFormWeight: given.reducedFormWeight ?? 0,
    seed: settings.seed >>> 0,
    bags: Math.ceil(settings.trees / settings.bagTrees),
    bagTrees: settings.bagTrees,
    rowsPerUnit: settings.equalizeClusters && rows.clusters ? rows.clusters.sizes.reduce((a, b) => Math.min(a, b)) : 0x7fffffff,
    minNodeSize: Math.max(1, Math.round(settings.minNodeSize)),
    alpha: settings.alpha,
    imbalancePenalty: settings.imbalancePenalty,
    mtryCutoffs: poissonCutoffs(settings.mtry),
    leafGrid: leafGrid(kind, columns, leafValues),
  };
}

const CUTOFF_TAIL = 1e-12;
/** The kernel has room for no more; a mean of MAX_MTRY needs fewer. */
const MAX_CUTOFFS = 1000;
const MAX_MTRY = 800;

/** P(Poisson(mean) <= k) for k = 0, 1, ... in units of 2^-32. */
function poissonCutoffs(mean: number): Uint32Array {
  const cutoffs: number[] = [];
  let cumulative = Math.exp(-mean);
  while (cumulative < 1 - CUTOFF_TAIL && cutoffs.length < MAX_CUTOFFS) {
    cutoffs.push(Math.min(0xffffffff, Math.round(cumulative * 2 ** 32)));
    const k = cutoffs.length;
    cumulative += Math.exp(k * Math.log(mean) - mean - logGamma(k + 1));
  }
  return Uint32Array.from(cutoffs);
}

/**
 * For each leaf value a number g such that (v + g) - g rounds v to a multiple of 2^-36 of the largest value a leaf can have.
 *
 * Sums of up to 2^16 such values are exact in float64, so that out-of-bag sums do not depend on the order of the trees.
 */
function leafGrid(kind: ForestKind, columns: LabelColumns, leafValues: number): Float64Array {
  const largest = new Float64Array(leafValues).fill(Number.MIN_VALUE);
  for (let row = 0; row < columns.weight.length; row++) {
    const values = valuesOfRow(kind, columns, row);
    for (let k = 0; k < leafValues; k++) {
      const value = Math.abs(values[k] ?? 0);
      if (value > largest[k]!) largest[k] = value;
    }
  }
  return largest.map((bound) => 1.5 * 2 ** (52 - GRID_BITS + Math.ceil(Math.log2(bound)) + 1));
}
