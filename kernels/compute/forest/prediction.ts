/**
 * Prediction: leaf values of a unit summed over trees, out of bag or for new units, and over little bags for the variance.
 *
 * With s and d the sum and the difference of the leaf values of a bag's two trees, the between-bag and the total variance of any linear
 * function of the values follow from the sums of s, s s' and d d': one pass, and no matrix of trees by units.
 */
import { TREE_HEADER, bagUnits, bins, clustered, features, outOfBagSums, outOfBagTrees, role, rows, tree, unitOfRow, units } from './workspace';
import { bagSize, leafValues } from './options';
import { LEAF } from './growing';
import { findLeaves, subsetsOf, valuesOf } from './traversal';

const firstLeaves: usize = memory.data(16, 16);
const secondLeaves: usize = memory.data(16, 16);
const queued: usize = memory.data(32, 16);

function leafAt(packed: usize, node: u32, bytes: usize): usize {
  return valuesOf(packed) + <usize>(load<u32>(packed + TREE_HEADER + (<usize>node << 3)) & ~LEAF) * bytes;
}

/** The values 2 pair and 2 pair + 1 of a leaf. */
function pairAt(leaf: usize, pair: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(leaf + (pair << 3)));
}

function add(at: usize, value: v128): void {
  v128.store(at, f64x2.add(v128.load(at), value));
}

function isDrawn(row: i32): bool {
  return load<u8>(role + <usize>(clustered ? load<i32>(unitOfRow + (<usize>row << 2)) : row)) != 0;
}

/** Adds the tree just grown to the sums of the rows that it did not draw. */
export function addOutOfBag(): void {
  const last = rows;
  const isClustered = clustered;
  const roles = role;
  const unitOf = unitOfRow;
  let waiting = 0;
  for (let row = 0; row < last; row++) {
    store<i32>(queued + (<usize>waiting << 2), row);
    const unit = isClustered ? load<i32>(unitOf + (<usize>row << 2)) : row;
    waiting += <i32>(load<u8>(roles + <usize>unit) == 0);
    if (waiting < 4) continue;
    addQueued(4);
    waiting = 0;
  }
  if (waiting > 0) addQueued(waiting);
}

function addQueued(count: i32): void {
  const p = <usize>features;
  const bytes = <usize>leafValues << 2;
  const row0 = bins + <usize>load<i32>(queued) * p;
  const row1 = count > 1 ? bins + <usize>load<i32>(queued, 4) * p : row0;
  const row2 = count > 2 ? bins + <usize>load<i32>(queued, 8) * p : row0;
  const row3 = count > 3 ? bins + <usize>load<i32>(queued, 12) * p : row0;
  findLeaves(tree + TREE_HEADER, subsetsOf(tree), row0, row1, row2, row3, firstLeaves);
  const pairs = <usize>leafValues >> 1;
  for (let i = 0; i < count; i++) {
    const row = <usize>load<i32>(queued + (<usize>i << 2));
    const leaf = leafAt(tree, load<u32>(firstLeaves + (<usize>i << 2)), bytes);
    const sums = outOfBagSums + row * (bytes << 1);
    for (let pair: usize = 0; pair < pairs; pair++) add(sums + (pair << 4), pairAt(leaf, pair));
    const trees = outOfBagTrees + (row << 2);
    store<i32>(trees, load<i32>(trees) + 1);
  }
}

/** Lists the rows from .. to - 1 that the bag drawn last does not hold, as numbers from 0 on; returns how many. */
export function listOutOfBag(from: i32, to: i32, list: usize): i32 {
  memory.fill(role, 0, units);
  for (let i = 0; i < bagSize; i++) store<u8>(role + <usize>load<i32>(bagUnits + (<usize>i << 2)), 1);
  let count = 0;
  for (let row = from; row < to; row++) {
    store<i32>(list + (<usize>count << 2), row - from);
    count += 1 - <i32>isDrawn(row);
  }
  return count;
}

/**
 * Adds a little bag of two trees to the moments of the listed units: f64, shape (units, stride), { sum s, blocks of sum s s', sum d d' }.
 *
 * A block holds the products of pair i (2 values) with pair j >= i: { i0 j0, i0 j1, i1 j0, i1 j1 }, first of s, then of d.
 * @param unitBins row-major bins of the units, p bytes each
 * @param values leaf values of these trees
 */
export function addBag(firstTree: usize, secondTree: usize, unitBins: usize, p: i32, values: i32, list: usize, count: i32, moments: usize, stride: i32): void {
  const bytes = <usize>values << 2;
  const pairs = <usize>values >> 1;
  for (let i = 0; i < count; i += 4) {
    const some = min(4, count - i);
    const at = list + (<usize>i << 2);
    const row0 = unitBins + <usize>load<i32>(at) * <usize>p;
    const row1 = some > 1 ? unitBins + <usize>load<i32>(at, 4) * <usize>p : row0;
    const row2 = some > 2 ? unitBins + <usize>load<i32>(at, 8) * <usize>p : row0;
    const row3 = some > 3 ? unitBins + <usize>load<i32>(at, 12) * <usize>p : row0;
    findLeaves(firstTree + TREE_HEADER, subsetsOf(firstTree), row0, row1, row2, row3, firstLeaves);
    findLeaves(secondTree + TREE_HEADER, subsetsOf(secondTree), row0, row1, row2, row3, secondLeaves);
    for (let j = 0; j < some; j++) {
      const lane = <usize>j << 2;
      const first = leafAt(firstTree, load<u32>(firstLeaves + lane), bytes);
      const second = leafAt(secondTree, load<u32>(secondLeaves + lane), bytes);
      addMoments(moments + <usize>load<i32>(at + lane) * (<usize>stride << 3), first, second, pairs);
    }
  }
}

function addMoments(at: usize, first: usize, second: usize, pairs: usize): void {
  let block = at + (pairs << 4);
  for (let i: usize = 0; i < pairs; i++) {
    const firstI = pairAt(first, i);
    const secondI = pairAt(second, i);
    const s = f64x2.add(firstI, secondI);
    const d = f64x2.sub(firstI, secondI);
    add(at + (i << 4), s);
    const s0 = v128.shuffle<i64>(s, s, 0, 0);
    const s1 = v128.shuffle<i64>(s, s, 1, 1);
    const d0 = v128.shuffle<i64>(d, d, 0, 0);
    const d1 = v128.shuffle<i64>(d, d, 1, 1);
    for (let j = i; j < pairs; j++, block += 64) {
      const firstJ = pairAt(first, j);
      const secondJ = pairAt(second, j);
      const sJ = f64x2.add(firstJ, secondJ);
      const dJ = f64x2.sub(firstJ, secondJ);
      add(block, f64x2.mul(s0, sJ));
      add(block + 16, f64x2.mul(s1, sJ));
      add(block + 32, f64x2.mul(d0, dJ));
      add(block + 48, f64x2.mul(d1, dJ));
    }
  }
}
