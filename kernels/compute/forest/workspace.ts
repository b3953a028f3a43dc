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

/** bins, row-major, shape (n, p), one byte each; bin 0 is "missing" where hasMissing is 1 */
export let bins: usize = 0;
/** one byte a feature */
export let hasMissing: usize = 0;
/** one byte a feature: its highest bin */
export let highestBin: usize = 0;
/** f32, shape (n), standardised; the treatment is not read by regression forests */
export let treatment: usize = 0;
export let outcome: usize = 0;
/** f32, shape (n), sample weights */
export let weight: usize = 0;
/** i32, shape (n), the cluster of each row; only when clustered */
export let unitOfRow: usize = 0;
/** i32, shape (units), rows in each cluster; only when clustered */
export let unitSize: usize = 0;
/** u32, ascending cumulative probabilities of Poisson(mtry) in units of 2^-32 */
export let mtryCutoffs: usize = 0;
/** f64, shape (6): adding and subtracting it rounds a leaf value to its fixed-point grid */
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
/** f32 pseudo-outcomes, fixed-point histogram cells and fixed-point weights of the records, in their order */
export let rho: usize = 0;
export let cells: usize = 0;
export let weightCells: usize = 0;
/** nodes being grown (8 bytes each), sums of the leaves (56 bytes each), and the finished tree as it is stored */
export let nodes: usize = 0;
export let leafSums: usize = 0;
export let tree: usize = 0;
export let order: usize = 0;

/** pending nodes { start, end, node, - } and the range of bins of each feature in them, lowest then highest */
export let pending: usize = 0;
export let ranges: usize = 0;
export let featureOrder: usize = 0;
export let candidates: usize = 0;
export let shifts: usize = 0;

/** f64 sums (6 a row) and i32 counts of out-of-bag leaf values */
export let outOfBagSums: usize = 0;
export let outOfBagTrees: usize = 0;

/** Smaller children are grown first, so that at most log2(rows) nodes wait. */
export const MAX_PENDING: i32 = 34;
export const RECORD_SHIFT = 4;
export const NODE_SHIFT = 3;
export const LEAF_SUM_BYTES: usize = 56;
const MTRY_CUTOFFS = 1024;
const MAX_VALUES = 6;

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
 */
export function layOut(n: i32, p: i32, unitCount: i32, isClustered: bool, splitCapacity: i32, estimateCapacity: i32): void {
  top = __heap_base;
  rows = n;
  features = p;
  units = unitCount;
  clustered = isClustered;
  const nRows = <usize>n;
  const nFeatures = <usize>p;
  const nUnits = <usize>unitCount;
  const nSplit = <usize>splitCapacity;
  const nNodes: usize = 2 * nSplit + 2;

  bins = allocate(nRows * nFeatures);
  hasMissing = allocate(nFeatures);
  highestBin = allocate(nFeatures);
  treatment = allocate(nRows << 2);
  outcome = allocate(nRows << 2);
  weight = allocate(nRows << 2);
  unitOfRow = isClustered ? allocate(nRows << 2) : 0;
  unitSize = isClustered ? allocate(nUnits << 2) : 0;
  unitLeft = isClustered ? allocate(nUnits << 2) : 0;
  unitNeed = isClustered ? allocate(nUnits << 2) : 0;
  mtryCutoffs = allocate(MTRY_CUTOFFS << 2);
  leafGrid = allocate(MAX_VALUES << 3);

  allUnits = allocate(nUnits << 2);
  bagUnits = allocate(nUnits + 1 << 2);
  treeUnits = allocate(nUnits + 1 << 2);
  splitUnits = allocate(nUnits + 1 << 2);
  estimateUnits = allocate(nUnits + 1 << 2);
  role = allocate(nUnits);
  splitRows = isClustered ? allocate(nSplit + 1 << 2) : splitUnits;
  estimateRows = isClustered ? allocate(<usize>estimateCapacity + 1 << 2) : estimateUnits;

  columns = allocate(nSplit * nFeatures);
  records = allocate(nSplit << 4);
  spill = allocate(nSplit << 4);
  rho = allocate(nSplit << 2);
  cells = allocate(nSplit << 4);
  weightCells = allocate(nSplit << 2);
  nodes = allocate(nNodes << 3);
  leafSums = allocate(nNodes * LEAF_SUM_BYTES);
  tree = allocate(8 + (nNodes << 3) + (nSplit + 1) * (MAX_VALUES << 2));
  order = allocate(nNodes << 2);

  pending = allocate(<usize>MAX_PENDING << 4);
  ranges = allocate(<usize>MAX_PENDING * 2 * nFeatures);
  featureOrder = allocate(nFeatures << 2);
  candidates = allocate(nFeatures + 4 << 2);
  shifts = allocate(nFeatures + 4 << 2);

  outOfBagSums = allocate(nRows * (MAX_VALUES << 3));
  outOfBagTrees = allocate(nRows << 2);

  for (let unit = 0; unit < unitCount; unit++) store<i32>(allUnits + (<usize>unit << 2), unit);
}
