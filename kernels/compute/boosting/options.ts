/** What a tree may look like, set once a run; and the limits in fixed-point units, set once a tree. */
export let maxLeaves: i32 = 31;
export let maxDepth: i32 = i32.MAX_VALUE;
export let minRows: i32 = 20;
export let minGain: f64 = 0;
export let maxCategories: i32 = 32;
export let minCategoryRows: i32 = 100;
/** rows that a category needs to be used */
export let rowsOfCategory: f64 = 10;
export let constrained: bool = false;

export let l2: f64 = 0;
export let categoryL2: f64 = 0;
export let categorySmoothing: f64 = 0;
export let minHessian: f64 = 0;
/** a fixed-point output x scale is an output; a fixed-point gain x scale x gradientStep is twice the reduction of the loss */
export let scale: f64 = 0;
export let gradientStep: f64 = 0;

export function setShape(
  leaves: i32, depth: i32, leafRows: i32, gain: f64, categories: i32, categoryRows: i32, usedCategoryRows: f64, isConstrained: bool,
): void {
  maxLeaves = leaves;
  maxDepth = depth;
  minRows = leafRows;
  minGain = gain;
  maxCategories = categories;
  minCategoryRows = categoryRows;
  rowsOfCategory = usedCategoryRows;
  constrained = isConstrained;
}

export function setLimits(ridge: f64, categoryRidge: f64, smoothing: f64, leastHessian: f64, outputScale: f64, step: f64): void {
  l2 = ridge;
  categoryL2 = categoryRidge;
  categorySmoothing = smoothing;
  minHessian = leastHessian;
  scale = outputScale;
  gradientStep = step;
}
