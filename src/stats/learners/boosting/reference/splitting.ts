import { BINS, featureKinds, splitKinds, type BoostingRows, type TreeShape } from '../growth.js';

/** Sums of one feature by bin. */
export interface Histogram {
  readonly gradient: Int32Array;
  readonly hessian: Int32Array;
}

/** Shape limits in fixed-point units of the tree at hand. */
export interface Limits {
  readonly shape: TreeShape;
  readonly l2: number;
  readonly categoryL2: number;
  readonly categorySmoothing: number;
  readonly minHessian: number;
  readonly isConstrained: boolean;
}

/** What is known of a leaf before it is split. Outputs are in gradient units over hessian units. */
export interface LeafSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
  /** bounds that monotone splits above put on outputs */
  readonly lowest: number;
  readonly highest: number;
  readonly output: number;
}

export interface Split {
  /** reduction of the loss in fixed-point units; 0: none */
  readonly gain: number;
  readonly feature: number;
  readonly kind: number;
  readonly threshold: number;
  /** bins that go left, ascending, of categorical splits */
  readonly categories: readonly number[];
  readonly leftGradient: number;
  readonly leftHessian: number;
  readonly leftOutput: number;
  readonly rightOutput: number;
}

export const noSplit: Split = {
  gain: 0, feature: -1, kind: 0, threshold: 0, categories: [], leftGradient: 0, leftHessian: 0, leftOutput: 0, rightOutput: 0,
};

/** The better of `best` and the best split of a feature. Twin of splitting.ts in kernels/compute/boosting. */
export function splitFeature(rows: BoostingRows, feature: number, histogram: Histogram, leaf: LeafSums, limits: Limits, best: Split): Split {
  if (rows.kinds[feature] === featureKinds.categorical) return splitCategories(feature, histogram, leaf, limits, best);
  if (rows.kinds[feature] === featureKinds.complete) return scanCuts(rows, feature, histogram, leaf, limits, splitKinds.missingLeft, best);
  const right = scanCuts(rows, feature, histogram, leaf, limits, splitKinds.missingRight, best);
  const anyMissing = histogram.gradient[0] !== 0 || histogram.hessian[0] !== 0;
  return anyMissing ? scanCuts(rows, feature, histogram, leaf, limits, splitKinds.missingLeft, right) : right;
}

/** All cuts "bin <= threshold", missing values (bin 0) on one side. */
function scanCuts(
  rows: BoostingRows, feature: number, { gradient, hessian }: Histogram, leaf: LeafSums, limits: Limits, kind: number, best: Split,
): Split {
  const perHessian = leaf.rows / leaf.hessian;
  let g = 0;
  let h = 0;
  for (let bin = kind === splitKinds.missingRight ? 1 : 0; bin < BINS - 1; bin++) {
    if (gradient[bin] === 0 && hessian[bin] === 0) continue;
    g += gradient[bin]!;
    h += hessian[bin]!;
    const left = Math.floor(h * perHessian + 0.5);
    if (left < limits.shape.minRows || h < limits.minHessian) continue;
    if (leaf.rows - left < limits.shape.minRows || leaf.hessian - h < limits.minHessian) break;
    best = better(best, feature, kind, bin, [], g, h, leaf, limits, limits.l2, rows.monotone[feature]!);
  }
  return best;
}

/**
 * Categories in order of gradient over hessian, the best few from either end against all others.
 * @see Fisher (1958), JASA 53, for why an order suffices; Ke et al. (2017), LightGBM, for the regularisation
 */
function splitCategories(feature: number, { gradient, hessian }: Histogram, leaf: LeafSums, limits: Limits, best: Split): Split {
  const { shape, categorySmoothing } = limits;
  const perHessian = leaf.rows / leaf.hessian;
  const rowsOf = (h: number) => Math.floor(h * perHessian + 0.5);
  const value = (bin: number) => gradient[bin]! / (hessian[bin]! + categorySmoothing);
  const used = Array.from({ length: BINS - 1 }, (_, i) => i + 1)
    .filter((bin) => hessian[bin]! > 0 && rowsOf(hessian[bin]!) >= shape.categorySmoothing)
    .sort((a, b) => value(a) - value(b) || a - b);
  const most = Math.min(shape.maxCategories, (used.length + 1) >> 1);
  for (const order of [used, [...used].reverse()]) {
    let g = 0;
    let h = 0;
    let added = 0;
    for (let i = 0; i < most && i < order.length; i++) {
      g += gradient[order[i]!]!;
      h += hessian[order[i]!]!;
      added += rowsOf(hessian[order[i]!]!);
      const left = rowsOf(h);
      if (left < shape.minRows || h < limits.minHessian) continue;
      if (leaf.rows - left < shape.minRows || leaf.rows - left < shape.minCategoryRows || leaf.hessian - h < limits.minHessian) break;
      if (added < shape.minCategoryRows) continue;
      added = 0;
      best = better(best, feature, splitKinds.categorical, 0, order.slice(0, i + 1), g, h, leaf, limits, limits.l2 + limits.categoryL2, 0);
    }
  }
  return best;
}

/** The better of `best` and the split that sends (g, h) left; the first of equals stays. */
function better(
  best: Split, feature: number, kind: number, threshold: number, categories: readonly number[], g: number, h: number,
  leaf: LeafSums, limits: Limits, l2: number, monotone: number,
): Split {
  const gRight = leaf.gradient - g;
  const hRight = leaf.hessian - h;
  const candidate = { feature, kind, threshold, categories, leftGradient: g, leftHessian: h };
  if (!limits.isConstrained) {
    const gain = (g * g) / (h + l2) + (gRight * gRight) / (hRight + l2) - (leaf.gradient * leaf.gradient) / (leaf.hessian + limits.l2);
    return gain > best.gain ? { ...candidate, gain, leftOutput: -g / (h + l2), rightOutput: -gRight / (hRight + l2) } : best;
  }
  const leftOutput = clamp(-g / (h + l2), leaf);
  const rightOutput = clamp(-gRight / (hRight + l2), leaf);
  if (monotone * (rightOutput - leftOutput) < 0) return best;
  const gain = reduction(g, h + l2, leftOutput) + reduction(gRight, hRight + l2, rightOutput) - reduction(leaf.gradient, leaf.hessian + limits.l2, leaf.output);
  return gain > best.gain ? { ...candidate, gain, leftOutput, rightOutput } : best;
}

const clamp = (output: number, { lowest, highest }: LeafSums): number => Math.min(Math.max(output, lowest), highest);

/** Twice the reduction of the quadratic loss by an output. */
const reduction = (g: number, h: number, output: number): number => -(2 * g * output + h * output * output);
