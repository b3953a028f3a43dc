import type { Refusal } from '../refusal.js';
import type { BinnedRows } from './binning.js';
import type { GrowthPlan } from './growth-plan.js';
import type { PackedTrees } from './packed-trees.js';

/** Sums over the trees that did not draw a row. */
export interface OutOfBag {
  /** shape (rows, leafValues) */
  readonly sums: Float64Array;
  /** shape (rows) */
  readonly trees: Int32Array;
}

export interface Growth {
  readonly outOfBag: OutOfBag;
  /** empty when they were not asked for */
  readonly trees: PackedTrees;
}

/**
 * Moments of leaf values over little bags, for units in order.
 *
 * `values` has shape (units, stride): with s and d the sum and the difference of the leaf values of a bag's trees, sum s, then for each
 * pair i and each pair j >= i of values the products { i0 j0, i0 j1, i1 j0, i1 j1 }, first of s, then of d.
 */
export interface BagMoments {
  readonly values: Float64Array;
  readonly stride: number;
  /** bags behind each unit, shape (units) */
  readonly bags: Int32Array;
}

/** Float64 values of a unit in `BagMoments`. */
export function momentStride(leafValues: number): number {
  const pairs = leafValues / 2;
  return leafValues + (pairs * (pairs + 1) / 2) * 8;
}

export interface EngineOptions {
  readonly signal?: AbortSignal;
  /** called with the share of the work that is done, in [0, 1] */
  readonly onProgress?: (share: number) => void;
}

/**
 * Who grows trees: worker threads with WebAssembly kernels, or the plain TypeScript reference. All give the same bytes.
 *
 * Refuses what needs more memory than allowed; rejects with the signal's reason when aborted.
 */
export interface ForestEngine {
  readonly name: string;
  grow(rows: BinnedRows, plan: GrowthPlan, keepTrees: boolean, options?: EngineOptions): Promise<Growth | Refusal>;
  /** moments of new units; `bins` is row-major, shape (units, features) */
  moments(trees: PackedTrees, bins: Uint8Array, features: number, options?: EngineOptions): Promise<BagMoments | Refusal>;
  /** moments of the rows that the trees were grown from, over the bags that do not hold them */
  outOfBagMoments(trees: PackedTrees, rows: BinnedRows, plan: GrowthPlan, options?: EngineOptions): Promise<BagMoments | Refusal>;
}
