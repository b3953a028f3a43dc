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
    addMoments(moments + unit * (<usize>stride << 3), leafAt(firstValues, firstLeaves, unit, bytes), leafAt(secondValues, secondLeaves, unit, bytes), bytes >> 3);
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
