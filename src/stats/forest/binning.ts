import { refuse, type Refusal } from '../refusal.js';

/**
 * Columns as bytes: at most 256 quantile bins a feature, computed once and shared by all forests over the same rows.
 *
 * A split at a cut is `x <= cut`. Bin 0 is "missing" in features that have missing values (MIA: Twala, Jones, Hand 2008); in a feature
 * that had none, a missing value goes with the lowest. A categorical feature has a bin for each level, after the missing one; a level that
 * it did not have (or a missing value where there was none) is UNSEEN_BIN, and goes with the larger child of every split by that feature.
 */
export interface Binning {
  /** ascending cuts of each feature; bin b holds cuts[b - 1] < x <= cuts[b] */
  readonly cuts: readonly Float64Array[];
  /** one byte a feature: 1 when bin 0 means missing and values start at FIRST_VALUE_BIN */
  readonly hasMissing: Uint8Array;
  /** ascending levels of each categorical feature, null for others */
  readonly levels: readonly (Float64Array | null)[];
}

/** Rows of a data set as forests see them. */
export interface BinnedRows {
  readonly rows: number;
  readonly features: number;
  /** row-major, shape (rows, features); in shared memory, so that workers read it without a copy being sent */
  readonly bins: Uint8Array;
  readonly hasMissing: Uint8Array;
  /** one byte a feature: the highest bin that a value can have */
  readonly highestBin: Uint8Array;
  /** one byte a feature: 1 when its bins are levels without order */
  readonly categorical: Uint8Array;
  readonly clusters: Clusters | null;
}

/** Which cluster each row belongs to: codes 0 .. number of clusters - 1. */
export interface Clusters {
  readonly codes: Int32Array;
  /** rows of each cluster */
  readonly sizes: Int32Array;
}

const MAX_BINS = 256;
/** Where values start in a feature with missing ones: nodes read bins through a shift of up to 4, which must not mix the two. */
const FIRST_VALUE_BIN = 16;
/** Quantiles of this many rows are close enough: a cut moves by less than a tenth of a bin. */
const SAMPLE = 50_000;

/** The bin of levels that a categorical feature did not have. */
export const UNSEEN_BIN = 255;

/**
 * Cuts of every column, levels of the categorical ones; NaN is a missing value.
 * @param categorical features by index; `checkLevels` refuses those with too many levels, which throw here
 */
export function chooseBins(columns: readonly Float64Array[], categorical: readonly number[] = []): Binning {
  const hasMissing = Uint8Array.from(columns, (column) => (column.some(Number.isNaN) ? 1 : 0));
  const levels = columns.map((column, feature) => (categorical.includes(feature) ? levelsOf(column) : null));
  const cuts = columns.map((column, feature) => {
    if (levels[feature]) return new Float64Array(0);
    return cutsOf(column, hasMissing[feature] ? MAX_BINS - FIRST_VALUE_BIN : MAX_BINS);
  });
  levels.forEach((found, feature) => {
    if (found && found.length + hasMissing[feature]! > UNSEEN_BIN) throw new RangeError(`binning takes at most ${UNSEEN_BIN} levels a feature; feature ${feature} has ${found.length}`);
  });
  return { cuts, hasMissing, levels };
}

function levelsOf(column: Float64Array): Float64Array {
  return Float64Array.from(new Set(column.filter((value) => !Number.isNaN(value)))).sort();
}

/** Refuses a categorical column with more levels than there are bins. */
export function checkLevels(names: readonly string[], columns: readonly Float64Array[], categorical: readonly number[] = []): Refusal | null {
  for (const feature of categorical) {
    const column = columns[feature];
    if (!column) throw new RangeError(`categorical feature ${feature} is not one of ${columns.length}`);
    const levels = levelsOf(column).length;
    const most = UNSEEN_BIN - (column.some(Number.isNaN) ? 1 : 0);
    if (levels > most) {
      return refuse('unsupported_combination',
        `column ${names[feature]} has ${levels} categories; a forest splits by at most ${most}`, 'Group rare categories, or encode the column by numbers.');
    }
  }
  return null;
}

/** Levels of each categorical column that the binning does not have, by index of the feature. */
export function unseenLevels(binning: Binning, columns: readonly Float64Array[]): ReadonlyMap<number, readonly number[]> {
  const unseen = new Map<number, readonly number[]>();
  binning.levels.forEach((levels, feature) => {
    const others = levels ? [...levelsOf(columns[feature]!)].filter((level) => !levels.includes(level)) : [];
    if (others.length > 0) unseen.set(feature, others);
  });
  return unseen;
}

/** At most `bins` - 1 cuts: all values but the last when they are few, quantiles otherwise. */
function cutsOf(column: Float64Array, bins: number): Float64Array {
  const size = Math.min(column.length, SAMPLE);
  const sample = new Float64Array(size);
  let count = 0;
  for (let i = 0; i < size; i++) {
    const value = column[Math.floor((i * column.length) / size)]!;
    if (!Number.isNaN(value)) sample[count++] = value;
  }
  const sorted = sample.subarray(0, count).sort();
  const distinct = distinctUpTo(sorted, bins);
  if (distinct) return distinct.subarray(0, -1);
  const cuts = new Float64Array(bins - 1);
  let found = 0;
  for (let b = 1; b < bins; b++) {
    const value = sorted[Math.floor((b * count) / bins)]!;
    if ((found === 0 || value > cuts[found - 1]!) && value < sorted[count - 1]!) cuts[found++] = value;
  }
  return cuts.subarray(0, found);
}

function distinctUpTo(sorted: Float64Array, most: number): Float64Array | null {
  const values = new Float64Array(most);
  let found = 0;
  for (const value of sorted) {
    if (found > 0 && value === values[found - 1]) continue;
    if (found === most) return null;
    values[found++] = value;
  }
  return values.subarray(0, found);
}

/**
 * Bins of columns, row-major, shape (rows, features).
 *
 * A missing value in a feature that had none when the bins were chosen gets bin 0 and so goes left everywhere, as in grf.
 */
export function binRows(binning: Binning, columns: readonly Float64Array[]): Uint8Array {
  const rows = columns[0]?.length ?? 0;
  const bins = new Uint8Array(new SharedArrayBuffer(rows * columns.length));
  columns.forEach((column, feature) => {
    const cuts = binning.cuts[feature]!;
    const range = cuts.length > 1 ? cuts[cuts.length - 1]! - cuts[0]! : 0;
    if (range > 0 && range < Infinity) fillColumn(column, cuts, firstBin(binning, feature), bins, feature, columns.length);
    else column.forEach((value, row) => { bins[row * columns.length + feature] = binOf(binning, feature, value); });
  });
  return bins;
}

const firstBin = (binning: Binning, feature: number): number => binning.hasMissing[feature]! * (binning.levels[feature] ? 1 : FIRST_VALUE_BIN);

/** The highest bin that a value of each feature can have. */
export const highestBins = (binning: Binning): Uint8Array =>
  Uint8Array.from(binning.cuts, (cuts, feature) => (binning.levels[feature]?.length ?? cuts.length + 1) - 1 + firstBin(binning, feature));

/** The bin of one value, by bisection. */
export function binOf(binning: Binning, feature: number, value: number): number {
  const levels = binning.levels[feature];
  if (Number.isNaN(value)) return levels && !binning.hasMissing[feature] ? UNSEEN_BIN : 0;
  if (levels) return binOfLevel(levels, value, firstBin(binning, feature));
  const cuts = binning.cuts[feature]!;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low + firstBin(binning, feature);
}

function binOfLevel(levels: Float64Array, value: number, first: number): number {
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (levels[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return levels[low] === value ? low + first : UNSEEN_BIN;
}

const GRID = 1024;

/** Number of cuts below each value; a grid of 1,024 cells over the cuts gives the place to start counting from. */
function fillColumn(column: Float64Array, cuts: Float64Array, firstBin: number, bins: Uint8Array, feature: number, stride: number): void {
  const count = cuts.length;
  const lowest = cuts[0]!;
  const highest = cuts[count - 1]!;
  const perUnit = GRID / (highest - lowest);
  const starts = new Uint16Array(GRID + 2);
  for (let cell = 0, cut = 0; cell <= GRID; cell++) {
    while (cut < count && (cuts[cut]! - lowest) * perUnit < cell) cut++;
    starts[cell] = cut;
  }
  for (let i = 0, at = feature; i < column.length; i++, at += stride) {
    const value = column[i]!;
    if (Number.isNaN(value)) {
      bins[at] = 0;
      continue;
    }
    let bin = 0;
    if (value > highest) bin = count;
    else if (value > lowest) {
      bin = starts[Math.floor((value - lowest) * perUnit)]!;
      while (bin > 0 && cuts[bin - 1]! >= value) bin--;
      while (bin < count && cuts[bin]! < value) bin++;
    }
    bins[at] = bin + firstBin;
  }
}

/** Columns as forests see them. */
export function binnedRows(binning: Binning, columns: readonly Float64Array[], cluster: Int32Array | null): BinnedRows {
  return {
    rows: columns[0]?.length ?? 0,
    features: columns.length,
    bins: binRows(binning, columns),
    hasMissing: binning.hasMissing,
    highestBin: highestBins(binning),
    categorical: Uint8Array.from(binning.levels, (levels) => (levels ? 1 : 0)),
    clusters: cluster && clustersOf(cluster),
  };
}

/** Rows with one numeric column more, after the others; it has no missing values. */
export function withColumn(rows: BinnedRows, column: Float64Array): BinnedRows {
  const binning = chooseBins([column]);
  const added = binRows(binning, [column]);
  const features = rows.features + 1;
  const bins = new Uint8Array(new SharedArrayBuffer(rows.rows * features));
  for (let row = 0; row < rows.rows; row++) {
    bins.set(rows.bins.subarray(row * rows.features, (row + 1) * rows.features), row * features);
    bins[(row + 1) * features - 1] = added[row]!;
  }
  const and = (all: Uint8Array, last: Uint8Array): Uint8Array => Uint8Array.from([...all, ...last]);
  return {
    ...rows, features, bins, hasMissing: and(rows.hasMissing, binning.hasMissing), highestBin: and(rows.highestBin, highestBins(binning)),
    categorical: and(rows.categorical, Uint8Array.of(0)),
  };
}

/** Clusters from codes; codes need not be dense. */
export function clustersOf(codes: Int32Array): Clusters {
  const dense = new Map<number, number>();
  const renumbered = codes.map((code) => {
    const known = dense.get(code);
    if (known !== undefined) return known;
    dense.set(code, dense.size);
    return dense.size - 1;
  });
  const sizes = new Int32Array(dense.size);
  for (const code of renumbered) sizes[code]!++;
  return { codes: renumbered, sizes };
}
