import { clustersOf, type Clusters } from '../forest/binning.js';
import { stream } from '../numeric/random.js';
import { refuse, type Refusal } from '../refusal.js';

/** How rows are parted into folds. */
export interface FoldOptions {
  readonly folds: number;
  /** rows of a cluster share their fold, shape (n) */
  readonly cluster?: Int32Array;
  /** keep the shares of these codes alike in all folds: a treatment, a label, shape (n); not with time */
  readonly stratify?: ArrayLike<number>;
  /** blocks of time instead of chance */
  readonly time?: TimeBlocks;
}

export interface TimeBlocks {
  /** when each row happened, in any unit, shape (n) */
  readonly at: Float64Array;
  /** blocked: a block is predicted from all others; expanding: from earlier ones, so that the first block is never predicted */
  readonly scheme: 'blocked' | 'expanding';
  /** rows within this of the predicted block do not train, in the unit of `at`, at least 0 */
  readonly gap: number;
}

/** One part of cross-fitting: a model of `train` predicts `test`. */
export interface Split {
  /** ascending rows */
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface Folds {
  /** fold of each row, -1 for a row that is never predicted, shape (n) */
  readonly fold: Int32Array;
  readonly splits: readonly Split[];
}

/**
 * Parts rows 0 .. n - 1 into folds, by the seed and the repetition alone.
 *
 * Whole clusters are dealt, largest first within a stratum, to the fold that has fewest of its rows; a cluster's stratum is that of its first row.
 * Refuses more folds than clusters (or rows), fewer than two, and time blocks that would be empty.
 */
export function planFolds(n: number, options: FoldOptions, seed: number, repetition = 0): Folds | Refusal {
  if (options.time) return planTimeFolds(n, options.folds, options.time, options.cluster);
  const clusters = options.cluster ? clustersOf(options.cluster) : null;
  const units = clusters ? clusters.sizes.length : n;
  if (options.folds < 2 || units < options.folds) {
    return refuse('too_few_units',
      `cross-fitting needs at least 2 folds and as many ${clusters ? 'clusters' : 'rows'} as folds; got ${options.folds} folds and ${units}`,
      clusters ? 'Use fewer folds, bring more clusters, or leave the role cluster out where units are independent.' : 'Use fewer folds, or more data.');
  }
  const order = Int32Array.from({ length: units }, (_, unit) => unit);
  stream(seed, FOLD_STREAM, repetition).shuffle(order);
  const foldOfUnit = deal(order, options.folds, clusters?.sizes ?? null, stratumOfUnits(n, units, clusters, options.stratify));
  const fold = clusters ? clusters.codes.map((unit) => foldOfUnit[unit]!) : foldOfUnit;
  return foldsOf(fold, options.folds, (k) => (row) => fold[row] !== k);
}

/** Names the stream of folds among those of a seed. */
const FOLD_STREAM = 0xf01d;

function stratumOfUnits(n: number, units: number, clusters: Clusters | null, stratify: ArrayLike<number> | undefined): Float64Array {
  const stratum = new Float64Array(units);
  if (stratify) for (let row = n - 1; row >= 0; row--) stratum[clusters ? clusters.codes[row]! : row] = stratify[row]!;
  return stratum;
}

/**
 * Deals units to the fold with fewest rows of their stratum, then fewest rows at all.
 * @param order shuffled units
 */
function deal(order: Int32Array, folds: number, sizes: Int32Array | null, stratum: Float64Array): Int32Array {
  const dealt = [...order].sort((a, b) => stratum[a]! - stratum[b]! || (sizes ? sizes[b]! - sizes[a]! : 0));
  const fold = new Int32Array(order.length);
  const rows = new Float64Array(folds);
  let ofStratum = new Float64Array(folds);
  dealt.forEach((unit, i) => {
    if (i > 0 && stratum[unit] !== stratum[dealt[i - 1]!]) ofStratum = new Float64Array(folds);
    let smallest = 0;
    for (let k = 1; k < folds; k++) {
      if ((ofStratum[k]! - ofStratum[smallest]! || rows[k]! - rows[smallest]!) < 0) smallest = k;
    }
    const size = sizes ? sizes[unit]! : 1;
    ofStratum[smallest]! += size;
    rows[smallest]! += size;
    fold[unit] = smallest;
  });
  return fold;
}

/** Consecutive blocks of about as many rows, cut between different times. */
function planTimeFolds(n: number, count: number, { at, scheme, gap }: TimeBlocks, cluster: Int32Array | undefined): Folds | Refusal {
  if (at.some((time) => !Number.isFinite(time))) {
    return refuse('not_finite', 'time blocks need a finite time in every row', 'Drop or mend the rows without one.');
  }
  const order = Int32Array.from({ length: n }, (_, row) => row).sort((a, b) => at[a]! - at[b]! || a - b);
  const block = new Int32Array(n);
  order.forEach((row, rank) => {
    const previous = order[rank - 1];
    block[row] = previous !== undefined && at[previous] === at[row] ? block[previous]! : Math.floor((rank * count) / n);
  });
  const ends = Array.from({ length: count }, () => ({ first: Infinity, last: -Infinity }));
  block.forEach((k, row) => { ends[k] = { first: Math.min(ends[k]!.first, at[row]!), last: Math.max(ends[k]!.last, at[row]!) }; });
  if (count < 2 || ends.some(({ first }) => first === Infinity)) {
    return refuse('too_few_units', `time blocks need at least 2 folds and distinct times for each; got ${count} folds`, 'Use fewer folds.');
  }
  const fold = scheme === 'expanding' ? block.map((k) => (k === 0 ? -1 : k - 1)) : block;
  return foldsOf(fold, scheme === 'expanding' ? count - 1 : count, (k) => {
    const { first, last } = ends[scheme === 'expanding' ? k + 1 : k]!;
    const held = new Set(cluster?.filter((_, row) => fold[row] === k));
    return (row) => {
      const isApart = at[row]! < first - gap || (scheme === 'blocked' && at[row]! > last + gap);
      return isApart && !(cluster && held.has(cluster[row]!));
    };
  });
}

/** Refuses a fold that nothing would be learned from. */
function foldsOf(fold: Int32Array, count: number, trains: (k: number) => (row: number) => boolean): Folds | Refusal {
  const splits = Array.from({ length: count }, (_, k) => ({ train: rowsWhere(fold.length, trains(k)), test: rowsWhere(fold.length, (row) => fold[row] === k) }));
  const empty = splits.findIndex(({ train }) => train.length === 0);
  return empty < 0 ? { fold, splits } : refuse('too_few_units', `no rows are left to learn from for fold ${empty}`, 'Use fewer folds, or a smaller gap.');
}

/** Ascending rows of which something holds. */
function rowsWhere(n: number, holds: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(n);
  let count = 0;
  for (let row = 0; row < n; row++) if (holds(row)) rows[count++] = row;
  return rows.slice(0, count);
}
