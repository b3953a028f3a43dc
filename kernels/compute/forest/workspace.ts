/**
 * The memory of one instance: what it was told about the data, and the scratch that trees are grown in.
 *
 * Rows are n, features p, units the things that are drawn (rows, or clusters of rows). Everything but the bins is allocated once for all
 * forests over the same X; a pointer is a byte address. One instance lives in one worker and shares nothing.
 */
export let rows: i32 = 0;
export let features: i32 = 0;
export let units: i32 = 0;
export let clustered: bool = false;

/** bins, column-major, shape (p, n), one byte each; bin 0 is "missing" where hasMissing is 1 */
export let bins: usize = 0;
/** one byte a feature */
export let hasMissing: usize = 0;
/** one byte a feature: its highest bin */
export let highestBin: usize = 0;
/** one byte a feature: 1 when bins are levels without order */
export let isCategorical: usize = 0;
/** f32, shape (n): the first two columns of a forest; what they hold is told in labels.ts */
export let treatment: usize = 0;
export let outcome: usize = 0;
/** f32, shape (further columns, n) */
export let further: usize = 0;
/** f32, shape (n), sample weights */
export let weight: usize = 0;
/** i32, shape (n), the cluster of each row; only when clustered */
export let unitOfRow: usize = 0;
/** i32, shape (units), rows in each cluster; only when clustered */
export let unitSize: usize = 0;
/** u32, ascending cumulative probabilities of Poisson(mtry) in units of 2^-32 */
export let mtryCutoffs: usize = 0;
/** f64, shape (values): adding and subtracting it rounds a leaf value to its fixed-point grid */
export let leafGrid: usize = 0;

/** i32 lists of units: all, of the bag, of the tree, and its two honest halves */
export let allUnits: usize = 0;
export let bagUnits: usize = 0;
export let treeUnits: usize = 0;
export let splitUnits: usize = 0;
export let estimateUnits: usize = 0;
/** u8, shape (units): 0 not drawn by the tree, 1 places splits, 2 estimates leaves, 3 both */
export let role: usize = 0;
/** i32, shape (units) each: rows of the cluster still to be met, and still to be taken */
export let unitLeft: usize = 0;
export let unitNeed: usize = 0;

/** i32 lists of rows, ascending: those that place splits, and those that estimate leaves */
export let splitRows: usize = 0;
export let estimateRows: usize = 0;
/** bins of the split rows, column-major: one contiguous column a feature */
export let columns: usize = 0;
/** records of 16 bytes { position i32, treatment f32, outcome f32, weight f32 }, grouped by node; and room to partition them */
export let records: usize = 0;
export let spill: usize = 0;
/** where the sampled records of a large node stand, behind all others */
export let sampleStart: i32 = 0;
/** f32, shape (further columns, split rows), by position */
export let furtherOfSplit: usize = 0;
/** f32 pseudo-outcomes, fixed-point histogram cells and fixed-point weights of the records, in their order */
export let rho: usize = 0;
export let cells: usize = 0;
export let weightCells: usize = 0;
/** histogram of a feature in cells of several labels, and the same with its levels in another order */
export let wideSums: usize = 0;
export let wideOrdered: usize = 0;
/** nodes being grown (8 bytes each), their subsets of levels (32 bytes each), sums of the leaves, and the finished tree as it is stored */
export let nodes: usize = 0;
export let subsets: usize = 0;
export let subsetCapacity: i32 = 0;
export let leafSums: usize = 0;
export let tree: usize = 0;
export let order: usize = 0;

/** pending nodes { start, end, node, - } and the range of bins of each feature in them, lowest then highest */
export let pending: usize = 0;
export let ranges: usize = 0;
export let featureOrder: usize = 0;
export let candidates: usize = 0;
export let candidateColumns: usize = 0;
export let shifts: usize = 0;
export let factors: usize = 0;

/** f64 sums (one a leaf value and row) and i32 counts of out-of-bag leaf values */
export let outOfBagSums: usize = 0;
export let outOfBagTrees: usize = 0;
/** u32: rows that the tree did not draw, room to part rows by leaf, and the leaf of each row */
export let outOfBagRows: usize = 0;
export let partRoom: usize = 0;
export let leafOfRow: usize = 0;

/** Smaller children are grown first, so that at most log2(rows) nodes wait. */
export const MAX_PENDING: i32 = 34;
/** A node of more records is judged by so many of them. */
export const SAMPLED: i32 = 16384;
/** A packed tree starts with { nodes u32, leaves u32, subsets u32, 0 }. */
export const TREE_HEADER: usize = 16;
export const SUBSET_BYTES: usize = 32;
const MAX_SUBSETS: usize = 65535;
const MTRY_CUTOFFS = 1024;

let top: usize = 0;

/** Room for `bytes`, aligned to a cache line, growing the memory if needed. */
export function allocate(bytes: usize): usize {
  if (top == 0) top = __heap_base;
  const start = (top + 63) & ~63;
  top = start + bytes + 64;
  const missing = <i64>top - (<i64>memory.size() << 16);
  if (missing > 0 && memory.grow(<i32>((missing + 0xffff) >> 16)) < 0) unreachable();
  return start;
}

/** Where the next allocation will be; give it to `releaseTo` to drop what came after. */
export function mark(): usize {
  return top;
}

export function releaseTo(earlier: usize): void {
  top = earlier;
}

/**
 * Lays out the memory for n rows, p features and a number of units.
 * @param splitCapacity the most rows that one tree may place splits with; likewise estimateCapacity
 * @param columnCount further columns
 * @param cellBytes bytes of a histogram cell; above 16 they hold several labels
 * @param values the most values that a leaf keeps
 * @param hasCategories some feature is categorical
 */
export function layOut(
  n: i32, p: i32, unitCount: i32, isClustered: bool, splitCapacity: i32, estimateCapacity: i32,
  columnCount: i32, cellBytes: i32, values: i32, hasCategories: bool,
): void {
  top = __heap_base;
  rows = n;
  features = p;
  units = unitCount;
  clustered = isClustered;
  const nRows = <usize>n;
  const nFeatures = <usize>p;
  const nSplit = <usize>splitCapacity;
  const nNodes: usize = 2 * nSplit + 2;
  const nSubsets: usize = hasCategories ? min(nSplit, MAX_SUBSETS) : 0;

  bins = allocate(nRows * nFeatures);
  hasMissing = allocate(nFeatures);
  highestBin = allocate(nFeatures);
  isCategorical = allocate(nFeatures);
  treatment = allocate(nRows << 2);
  outcome = allocate(nRows << 2);
  weight = allocate(nRows << 2);
  further = allocate(<usize>columnCount * (nRows << 2));
  mtryCutoffs = allocate(MTRY_CUTOFFS << 2);
  leafGrid = allocate(<usize>values << 3);
  layOutUnits(<usize>unitCount, nRows, nSplit, <usize>estimateCapacity);

  columns = allocate(nSplit * nFeatures);
  const nSampled = nSplit + <usize>SAMPLED;
  sampleStart = splitCapacity;
  records = allocate(nSampled << 4);
  spill = allocate(nSplit << 4);
  furtherOfSplit = allocate(<usize>columnCount * (nSplit << 2));
  rho = allocate(nSampled << 2);
  cells = allocate(nSampled * <usize>cellBytes);
  weightCells = allocate(nSampled << 2);
  wideSums = cellBytes > 16 ? allocate(<usize>cellBytes << 8) : 0;
  wideOrdered = cellBytes > 16 ? allocate(<usize>cellBytes << 8) : 0;
  if (wideSums != 0) memory.fill(wideSums, 0, <usize>cellBytes << 8);
  nodes = allocate(nNodes << 3);
  subsetCapacity = <i32>nSubsets;
  subsets = allocate(nSubsets * SUBSET_BYTES);
  leafSums = allocate(nNodes * (16 + (<usize>values << 3)));
  tree = allocate(TREE_HEADER + (nNodes << 3) + nSubsets * SUBSET_BYTES + (nSplit + 1) * (<usize>values << 2));
  order = allocate(nNodes << 2);

  pending = allocate(<usize>MAX_PENDING << 4);
  ranges = allocate(<usize>MAX_PENDING * 2 * nFeatures);
  featureOrder = allocate(nFeatures << 2);
  candidates = allocate(nFeatures + 4 << 2);
  candidateColumns = allocate(nFeatures + 4 << 2);
  shifts = allocate(nFeatures + 4 << 2);
  factors = allocate(nFeatures + 4 << 2);

  outOfBagSums = allocate(nRows * (<usize>values << 3));
  outOfBagTrees = allocate(nRows << 2);
  outOfBagRows = allocate(nRows + 1 << 2);
  partRoom = allocate(nRows << 3);
  leafOfRow = allocate(nRows << 2);
}

/** Room for who is drawn. */
function layOutUnits(nUnits: usize, nRows: usize, nSplit: usize, nEstimate: usize): void {
  unitOfRow = clustered ? allocate(nRows << 2) : 0;
  unitSize = clustered ? allocate(nUnits << 2) : 0;
  unitLeft = clustered ? allocate(nUnits << 2) : 0;
  unitNeed = clustered ? allocate(nUnits << 2) : 0;
  allUnits = allocate(nUnits << 2);
  bagUnits = allocate(nUnits + 1 << 2);
  treeUnits = allocate(nUnits + 1 << 2);
  splitUnits = allocate(nUnits + 1 << 2);
  estimateUnits = allocate(nUnits + 1 << 2);
  role = allocate(nUnits);
  splitRows = clustered ? allocate(nSplit + 1 << 2) : splitUnits;
  estimateRows = clustered ? allocate(nEstimate + 1 << 2) : estimateUnits;
  for (let unit = 0; unit < units; unit++) store<i32>(allUnits + (<usize>unit << 2), unit);
}

/** Turns rows of bins (row-major, p each) into part of columns of `height` bins, from place `first` on. */
export function transpose(from: usize, count: i32, p: i32, to: usize, height: i32, first: i32): void {
  for (let feature = 0; feature < p; feature++) {
    let bin = from + <usize>feature;
    const start = to + <usize>feature * <usize>height + <usize>first;
    for (let at = start; at < start + <usize>count; at++, bin += <usize>p) store<u8>(at, load<u8>(bin));
  }
}
