import { binRows, chooseBins, type Binning } from '../../forest/binning.js';
import type { Features } from '../learner.js';
import { BINS, featureKinds, type BoostingRows } from './growth.js';

/** How features become bytes: quantile bins of numbers, one bin a level of categories. */
export interface BoostingBins {
  /** of the numeric features in their order; missing values are bin 0 */
  readonly numeric: Binning;
  /** by feature: bin of each level of a categorical one, null for a numeric one */
  readonly levels: readonly (ReadonlyMap<number, number> | null)[];
  /** position among the numeric features, by feature */
  readonly position: readonly number[];
}

/** The most frequent levels get a bin each; all others share bin 0 with missing and unseen ones. */
export function chooseBoostingBins(x: Features): BoostingBins {
  const categorical = new Set(x.categorical);
  const numericColumns = x.columns.filter((_, feature) => !categorical.has(feature));
  let numericCount = 0;
  return {
    numeric: chooseBins(numericColumns),
    levels: x.columns.map((column, feature) => (categorical.has(feature) ? levelBins(column) : null)),
    position: x.columns.map((_, feature) => (categorical.has(feature) ? -1 : numericCount++)),
  };
}

function levelBins(column: Float64Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const code of column) if (!Number.isNaN(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  const ordered = [...counts].sort(([a, rowsA], [b, rowsB]) => rowsB - rowsA || a - b).slice(0, BINS - 1);
  return new Map(ordered.map(([code], i) => [code, i + 1]));
}

/** Rows of features as boosting sees them. A missing value of a feature that had none when bins were chosen goes left everywhere. */
export function boostingRows({ numeric, levels, position }: BoostingBins, x: Features, monotone: Int8Array): BoostingRows {
  const stride = (x.columns.length + 3) & ~3;
  const bins = new Uint8Array(new SharedArrayBuffer(x.n * stride));
  const numericBins = binRows(numeric, x.columns.filter((_, feature) => !levels[feature]));
  const numericCount = numeric.cuts.length;
  x.columns.forEach((column, feature) => {
    const known = levels[feature];
    if (known) for (let row = 0, at = feature; row < x.n; row++, at += stride) bins[at] = known.get(column[row]!) ?? 0;
    else for (let at = feature, from = position[feature]!; at < bins.length; at += stride, from += numericCount) bins[at] = numericBins[from]!;
  });
  const kinds = Uint8Array.from(levels, (known, feature) =>
    (known ? featureKinds.categorical : numeric.hasMissing[position[feature]!] ? featureKinds.missing : featureKinds.complete));
  return { rows: x.n, features: x.columns.length, bins, stride, kinds, monotone };
}
