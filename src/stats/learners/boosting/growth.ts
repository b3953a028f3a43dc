import type { Refusal } from '../../refusal.js';

/** Bins of a feature; what bin 0 means is in `FeatureKind`. */
export const BINS = 256;

/** numeric without missing values; numeric whose bin 0 is missing; categorical, whose bin 0 is missing, rare or unseen */
export const featureKinds = { complete: 0, missing: 1, categorical: 2 } as const;

/** Rows of a data set as boosting sees them. */
export interface BoostingRows {
  readonly rows: number;
  readonly features: number;
  /** row-major, shape (rows, stride), one byte a feature; in shared memory */
  readonly bins: Uint8Array;
  /** features rounded up to a multiple of 4 */
  readonly stride: number;
  /** of `featureKinds`, shape (features) */
  readonly kinds: Uint8Array;
  /** 1 rising, -1 falling, 0 free; numeric features only, shape (features) */
  readonly monotone: Int8Array;
}

/** What a tree may look like: the words of LightGBM. */
export interface TreeShape {
  readonly maxLeaves: number;
  /** splits from the root to a leaf, at most */
  readonly maxDepth: number;
  /** rows of a leaf, at least; judged from its share of the hessian while splitting */
  readonly minRows: number;
  /** sum of hessians of a leaf, at least */
  readonly minHessian: number;
  /** ridge penalty on leaf outputs */
  readonly l2: number;
  /** reduction of the loss that a split needs */
  readonly minGain: number;
  /** added to the hessian when categories are put in order; categories with fewer rows are not used */
  readonly categorySmoothing: number;
  /** further ridge penalty of categorical splits */
  readonly categoryL2: number;
  /** categories on the named side of a split, at most */
  readonly maxCategories: number;
  /** rows that a further category (or several) must add to the named side */
  readonly minCategoryRows: number;
}

/** Columns that one boosting run writes and trees read, all in shared memory. */
export interface BoostingColumns {
  /** fixed-point { hessian, gradient } pairs, shape (rows, 2) */
  readonly gradients: Int32Array;
  /** 1 when the tree learns from the row, shape (rows) */
  readonly inBag: Uint8Array;
  /** leaf of each row, in the bag or not; written by `grow`, shape (rows) */
  readonly leafOf: Uint16Array;
}

/** What differs from tree to tree. */
export interface TreeInput {
  /** units of a fixed-point gradient and hessian */
  readonly gradientStep: number;
  readonly hessianStep: number;
  /** features that may split, ascending */
  readonly features: Int32Array;
}

/** kinds of a split: missing values go right, go left, or the split names categories */
export const splitKinds = { missingRight: 0, missingLeft: 1, categorical: 2 } as const;

/**
 * A tree as it grew: split s parts leaf `leaf[s]`; what goes left keeps that number, what goes right becomes leaf s + 1.
 */
export interface GrownTree {
  /** shape (splits) each */
  readonly leaf: Int32Array;
  readonly feature: Int32Array;
  readonly kind: Uint8Array;
  /** highest bin that goes left, of numeric splits */
  readonly threshold: Uint8Array;
  /** bit b of word b >> 5 is set when bin b goes left, shape (splits, 8) */
  readonly masks: Uint32Array;
  /** reduction of the loss, in its units */
  readonly gain: Float64Array;
  /** what a leaf adds to the score before shrinkage, shape (splits + 1) */
  readonly outputs: Float64Array;
}

export interface BoostingSession {
  grow(input: TreeInput): Promise<GrownTree>;
  close(): void;
}

/**
 * Who grows the trees of a boosting run: worker threads with WebAssembly kernels, or the plain TypeScript reference. All give the same bytes:
 * sums are of integers, so neither their order nor the number of workers matters.
 */
export interface BoostingEngine {
  readonly name: string;
  open(rows: BoostingRows, shape: TreeShape, columns: BoostingColumns): Promise<BoostingSession | Refusal>;
}
