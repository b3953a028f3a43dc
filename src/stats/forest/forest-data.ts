import { refuse, type Refusal } from '../refusal.js';
import { checkLevels } from './binning.js';
import { isConstant } from './standardise.js';

/** What every forest is grown from, beside what it estimates. */
export interface ForestData {
  readonly features: readonly string[];
  /** one column a feature, shape (n); NaN is missing */
  readonly x: readonly Float64Array[];
  /** features whose values are codes of levels without order, by index; at most 255 levels each */
  readonly categorical?: readonly number[];
  readonly weight?: Float64Array | null;
  readonly cluster?: Int32Array | null;
}

/**
 * Refuses covariates and weights that no forest can be grown from, and columns that are constant or not finite.
 * @param title the forest in words, for the sentences; @param columns the columns that must vary, by name
 */
export function checkForestData(title: string, data: ForestData, columns: Readonly<Record<string, Float64Array>>): Refusal | null {
  if (data.x.length === 0) return refuse('unsupported_combination', `${title} needs at least 1 covariate`, 'Add covariates, or use an estimator without them.');
  const empty = data.x.findIndex((column) => column.every(Number.isNaN));
  if (empty >= 0) return refuse('zero_variance', `column ${data.features[empty]} has no value that is not missing`, 'Drop the column.');
  for (const [name, column] of Object.entries(columns)) {
    const centre = column.reduce((sum, value) => sum + value, 0) / column.length;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / column.length);
    if (!Number.isFinite(spread)) return refuse('not_finite', `the ${name} of ${title} has values that are not finite, or too large to be squared`, 'Drop or repair these rows.');
    if (isConstant(spread, centre)) return refuse('zero_variance', `the ${name} of ${title} is constant`, `Bring rows with another ${name}.`);
  }
  if (data.weight?.some((weight) => !(weight >= 0 && weight < Infinity))) {
    return refuse('not_finite', `sample weights of ${title} must be finite and at least 0`, 'Repair the weights.');
  }
  return checkLevels(data.features, data.x, data.categorical);
}
