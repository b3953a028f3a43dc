import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { bagErrors } from './bag-variance.js';
import { binRows, type Binning } from './binning.js';
import { noVariation } from './causal-forest.js';
import type { BagMoments, OutOfBag } from './forest-engine.js';
import type { MomentEquation } from './moment-equations.js';
import type { PackedTrees } from './packed-trees.js';

/** One of the things that a forest estimates at each unit, with little-bag variances; shape (units). */
export interface Predictions {
  readonly estimates: Float64Array;
  readonly variances: Float64Array;
  /** squared Monte-Carlo error, a part of the variance: about the estimate of infinitely many trees; when it is not small beside the variance, grow more */
  readonly excessErrors: Float64Array;
}

/** Bins of named columns for a forest. Refuses when a column that it was grown with is absent. */
export function binsOfColumns(
  forest: { readonly features: readonly string[]; readonly binning: Binning }, columns: Readonly<Record<string, Float64Array>>,
): Uint8Array | Refusal {
  const absent = forest.features.filter((feature) => !columns[feature]);
  if (absent.length > 0) {
    return refuse('unsupported_combination',
      `the forest was grown with columns that are not here: ${absent.join(', ')}`, 'Score rows of the same schema, or grow the forest again.');
  }
  return binRows(forest.binning, forest.features.map((feature) => columns[feature]!));
}

/**
 * Estimates with variances from little-bag moments.
 * @param scales units of each estimate in one standardised unit; @param centres what each is measured from, 0 unless told
 */
export function predictionsFrom(
  trees: PackedTrees, moments: BagMoments | Refusal, equation: MomentEquation, scales: readonly number[], centres: readonly number[] = [],
): readonly Predictions[] | Refusal {
  if (isRefusal(moments)) return moments;
  if (trees.bagTrees !== 2) {
    return refuse('unsupported_combination', 'variances need little bags of 2 trees', 'Grow the forest with bags of 2 trees.');
  }
  const units = moments.bags.length;
  const predictions = scales.map(() => ({ estimates: new Float64Array(units), variances: new Float64Array(units), excessErrors: new Float64Array(units) }));
  for (let unit = 0; unit < units; unit++) {
    const solved = equation(moments.values, unit * moments.stride, trees.leafValues, 2 * moments.bags[unit]!);
    if (!solved) return noVariation(unit);
    solved.forEach((output, k) => {
      predictions[k]!.estimates[unit] = (centres[k] ?? 0) + output.estimate * scales[k]!;
      const { variance, excess } = bagErrors(moments, unit, output);
      predictions[k]!.variances[unit] = variance * scales[k]! ** 2;
      predictions[k]!.excessErrors[unit] = excess * scales[k]! ** 2;
    });
  }
  return predictions;
}

/** Estimates at each row by the trees that did not draw it, one array an estimate. */
export function outOfBagEstimates(
  { sums, trees }: OutOfBag, leafValues: number, equation: MomentEquation, scales: readonly number[], centres: readonly number[] = [],
): readonly Float64Array[] | Refusal {
  const estimates = scales.map(() => new Float64Array(trees.length));
  for (let row = 0; row < trees.length; row++) {
    const solved = equation(sums, row * leafValues, leafValues, trees[row]!);
    if (!solved) return noVariation(row);
    solved.forEach(({ estimate }, k) => { estimates[k]![row] = (centres[k] ?? 0) + estimate * scales[k]!; });
  }
  return estimates;
}
