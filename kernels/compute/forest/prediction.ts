/**
 * Prediction: leaf values of a unit summed over trees, out of bag or for new units, and over little bags for the variance.
 *
 * With s and d the sum and the difference of the leaf values of a bag's two trees, the between-bag and the total variance of any linear
 * function of the values follow from the sums of s, s s' and d d': one pass, and no matrix of trees by units.
 */
import {
  TREE_HEADER, bagUnits, bins, clustered, leafOfRow, outOfBagRows, outOfBagSums, outOfBagTrees, partRoom, role, rows, tree, unitOfRow, units,
} from './workspace';
import { bagSize, leafValues } from './options';
import { findLeaves, subsetsOf, valuesOf } from './traversal';

function leafAt(values: usize, leaves: usize, unit: usize, bytes: usize): usize {
  return values + <usize>load<u32>(leaves + (unit << 2)) * bytes;
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

/** Lists the rows from .. to - 1 whose role is none, as numbers from 0 on; returns how many. */
function listUndrawn(from: i32, to: i32, list: usize): i32 {
  let end = list;
  for (let row = from; row < to; row++) {
    store<i32>(end, row - from);
    end += <usize>(1 - <i32>isDrawn(row)) << 2;
  }
  return <i32>((end - list) >> 2);
}

/** Adds the tree just grown to the sums of the rows that it did not draw. */
export function addOutOfBag(): void {
  const bytes = <usize>leafValues << 2;
  const values = valuesOf(tree);
  const last = outOfBagRows + (<usize>listUndrawn(0, rows, outOfBagRows) << 2);
  findLeaves(tree + TREE_HEADER, subsetsOf(tree), bins, rows, outOfBagRows, last - outOfBagRows >> 2, partRoom, leafOfRow);
  for (let at = outOfBagRows; at < last; at += 4) {
    const row = <usize>load<u32>(at);
    const leaf = leafAt(values, leafOfRow, row, bytes);
    const sums = outOfBagSums + row * (bytes << 1);
    for (let pair: usize = 0; pair < bytes >> 3; pair++) add(sums + (pair << 4), pairAt(leaf, pair));
    const trees = outOfBagTrees + (row << 2);
    store<i32>(trees, load<i32>(trees) + 1);
  }
}

/** Lists the rows from .. to - 1 that the bag drawn last does not hold, as numbers from 0 on; returns how many. */
export function listOutOfBag(from: i32, to: i32, list: usize): i32 {
  memory.fill(role, 0, units);
  for (let i = 0; i < bagSize; i++) store<u8>(role + <usize>load<i32>(bagUnits + (<usize>i << 2)), 1);
  return listUndrawn(from, to, list);
}

/**
 * Adds a little bag of two trees to the moments of the listed units: f64, shape (units, stride), { sum s, blocks of sum s s', sum d d' }.
 *
 * A block holds the products of pair i (2 values) with pair j >= i: { i0 j0, i0 j1, i1 j0, i1 j1 }, first of s, then of d.
 * @param columns bins of all units, column-major, `height` to a column
 * @param values leaf values of these trees
 * @param room u32, four for each unit
 */
export function addBag(
  firstTree: usize, secondTree: usize, columns: usize, height: i32, values: i32, list: usize, count: i32, room: usize, moments: usize, stride: i32,
): void {
  const bytes = <usize>values << 2;
  const firstLeaves = room;
  const secondLeaves = room + (<usize>height << 2);
  const parts = room + (<usize>height << 3);
  findLeaves(firstTree + TREE_HEADER, subsetsOf(firstTree), columns, height, list, count, parts, firstLeaves);
  findLeaves(secondTree + TREE_HEADER, subsetsOf(secondTree), columns, height, list, count, parts, secondLeaves);
  const firstValues = valuesOf(firstTree);
  const secondValues = valuesOf(secondTree);
  const last = list + (<usize>count << 2);
  for (let at = list; at < last; at += 4) {
    const unit = <usize>load<u32>(at);
    const first = leafAt(firstValues, firstLeaves, unit, bytes);
    const second = leafAt(secondValues, secondLeaves, unit, bytes);
    const place = moments + unit * (<usize>stride << 3);
    if (values == 4) addMomentsOfTwoPairs(place, first, second);
    else addMoments(place, first, second, bytes >> 3);
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
    for (let j = i; j < pairs; j++, block += 64) {
      const firstJ = pairAt(first, j);
      const secondJ = pairAt(second, j);
      addProducts(block, s, f64x2.add(firstJ, secondJ));
      addProducts(block + 32, d, f64x2.sub(firstJ, secondJ));
    }
  }
}

/** As `addMoments`, for two pairs. */
function addMomentsOfTwoPairs(at: usize, first: usize, second: usize): void {
  const first0 = pairAt(first, 0);
  const first1 = pairAt(first, 1);
  const second0 = pairAt(second, 0);
  const second1 = pairAt(second, 1);
  const s0 = f64x2.add(first0, second0);
  const s1 = f64x2.add(first1, second1);
  const d0 = f64x2.sub(first0, second0);
  const d1 = f64x2.sub(first1, second1);
  add(at, s0);
  add(at + 16, s1);
  addProducts(at + 32, s0, s0);
  addProducts(at + 64, d0, d0);
  addProducts(at + 96, s0, s1);
  addProducts(at + 128, d0, d1);
  addProducts(at + 160, s1, s1);
  addProducts(at + 192, d1, d1);
}

/** Adds { x0 y0, x0 y1, x1 y0, x1 y1 }. */
function addProducts(at: usize, x: v128, y: v128): void {
  add(at, f64x2.mul(v128.shuffle<i64>(x, x, 0, 0), y));
  add(at + 16, f64x2.mul(v128.shuffle<i64>(x, x, 1, 1), y));
}
