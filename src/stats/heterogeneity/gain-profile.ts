import type { ForestData } from '../forest/forest-data.js';

/** How a covariate differs between those who are predicted to gain most and those who are predicted to gain least. */
export interface GainProfile {
  readonly name: string;
  /** share of the splits near the root of the forest, weighted by depth; sums to 1 over covariates */
  readonly share: number;
  /** the level whose shares differ most; null for a numeric covariate */
  readonly level: string | null;
  /** mean of the covariate (or share of the level) in the quarter with the highest predicted gain; null when all of it is missing */
  readonly most: number | null;
  /** the same in the quarter with the lowest */
  readonly least: number | null;
}

/**
 * Covariates by importance, each with its mean in the quarters of highest and of lowest predicted gain.
 * @param rows of the data that were predicted, shape (m); @param gains predicted, shape (m)
 * @see Chernozhukov, Demirer, Duflo, Fernandez-Val (2018), NBER 24678 (classification analysis)
 */
export function gainProfile(data: ForestData, rows: readonly number[], gains: Float64Array, importance: Float64Array, levels: readonly (readonly string[])[]): GainProfile[] {
  const order = Int32Array.from(gains.keys()).sort((a, b) => gains[b]! - gains[a]! || a - b);
  const quarter = Math.max(1, Math.floor(order.length / 4));
  const rowsAt = (ranks: Int32Array): number[] => Array.from(ranks, (rank) => rows[rank]!);
  const ends = [rowsAt(order.slice(0, quarter)), rowsAt(order.slice(-quarter))] as const;
  return data.features.map((name, j) => {
    const named = levels[data.categorical?.indexOf(j) ?? -1];
    return { name, share: importance[j]!, ...(named ? levelProfile(data.x[j]!, ends, named) : numericProfile(data.x[j]!, ends)) };
  }).sort((a, b) => b.share - a.share);
}

type Ends = readonly [most: readonly number[], least: readonly number[]];

function numericProfile(column: Float64Array, ends: Ends): Omit<GainProfile, 'name' | 'share'> {
  const [most, least] = ends.map((rows) => {
    const values = rows.map((row) => column[row]!).filter((value) => !Number.isNaN(value));
    return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
  });
  return { level: null, most: most!, least: least! };
}

function levelProfile(column: Float64Array, ends: Ends, levels: readonly string[]): Omit<GainProfile, 'name' | 'share'> {
  const shares = levels.map((level, code) => {
    const [most, least] = ends.map((rows) => rows.filter((row) => column[row] === code).length / rows.length);
    return { level, most: most!, least: least! };
  });
  return shares.reduce((widest, each) => (Math.abs(each.most - each.least) > Math.abs(widest.most - widest.least) ? each : widest));
}
