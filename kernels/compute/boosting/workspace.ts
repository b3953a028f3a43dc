/**
 * The memory of one instance: its share of the rows, and the scratch that trees are grown in. A pointer is a byte address.
 *
 * One instance lives in one worker; what the workers add together passes through the worker script.
 */
export let rows: i32 = 0;
export let features: i32 = 0;
export let stride: i32 = 0;

/** bins, row-major, shape (rows, stride), one byte each */
export let bins: usize = 0;
/** one byte a feature: complete, missing or categorical; and i8: 1 rising, -1 falling, 0 free */
export let kinds: usize = 0;
export let monotone: usize = 0;
/** features that may split the tree at hand, ascending i32; and the groups of four features that hold any of them */
export let used: usize = 0;
export let groups: usize = 0;
/** { hessian u32, gradient i32 } of each row, one i64: sums of both by one addition */
export let gradients: usize = 0;
/** u8: the tree learns from the row; u16: its leaf */
export let inBag: usize = 0;
export let leafOf: usize = 0;
/** records of 16 bytes { row i32, -, gradient pair i64 } of the rows in the bag, grouped by leaf; and room to partition them */
export let records: usize = 0;
export let spill: usize = 0;
/** one histogram a leaf, shape (features, 256) of i64 pairs; and one for the sums of another worker */
export let histograms: usize = 0;
export let received: usize = 0;
export let histogramBytes: usize = 0;

export const RECORD_SHIFT = 4;
export const HISTOGRAM_SHIFT = 11;
export const BINS = 256;

let top: usize = 0;

/** Room for `bytes`, aligned to a cache line, growing the memory if needed. */
function allocate(bytes: usize): usize {
  const start = (top + 63) & ~63;
  top = start + bytes + 64;
  const missing = <i64>top - (<i64>memory.size() << 16);
  if (missing > 0 && memory.grow(<i32>((missing + 0xffff) >> 16)) < 0) unreachable();
  return start;
}

export function layOut(rowCount: i32, featureCount: i32, rowStride: i32, maxLeaves: i32): void {
  top = __heap_base;
  rows = rowCount;
  features = featureCount;
  stride = rowStride;
  const n = <usize>rowCount;
  histogramBytes = <usize>rowStride << HISTOGRAM_SHIFT;
  bins = allocate(n * <usize>rowStride);
  kinds = allocate(<usize>featureCount);
  monotone = allocate(<usize>featureCount);
  used = allocate(<usize>featureCount << 2);
  groups = allocate(<usize>rowStride);
  gradients = allocate(n << 3);
  inBag = allocate(n);
  leafOf = allocate(n << 1);
  records = allocate(n << RECORD_SHIFT);
  spill = allocate(n << RECORD_SHIFT);
  histograms = allocate(histogramBytes * <usize>maxLeaves);
  received = allocate(histogramBytes);
}

export function histogram(slot: i32): usize {
  return histograms + histogramBytes * <usize>slot;
}
