import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { noVariation, type CausalData, type CausalForest } from './causal-forest.js';
import { localLinear, localSolver, type LocalModel } from './local-linear.js';
import { binsOfColumns } from './moment-prediction.js';
import type { UnitScores } from './score-units.js';
import { variableImportance } from './variable-importance.js';

/** Columns that effects may slope along; more cost variance. */
const MOST_COLUMNS = 6;
/** Penalties to choose among; the last leaves the forest as it is. */
const PENALTIES = [0.1, 0.3, 1, 3, 10, Infinity] as const;
/** Rows that the choice reads. */
const CHOICE_ROWS = 2000;
const MOST_BYTES = 2 ** 31;

/** How a causal forest's effects are corrected. */
export interface LocalCorrection {
  /** features that effects slope along */
  readonly features: readonly string[];
  /** share of a column's sum of squares that is added to it; Infinity: no correction helps */
  readonly penalty: number;
  readonly model: LocalModel;
}

/**
 * Chooses the columns and the penalty of a local linear correction of effects: the complete numeric columns that the forest splits by most (at least
 * their share), and the penalty of least out-of-bag R-loss.
 *
 * @param data what the forest was grown from; @param penalty instead of a choice
 * Refuses a forest without a complete numeric column, and more rows and trees than there is memory for.
 */
export function localCorrection(forest: CausalForest, data: Pick<CausalData, 'x' | 'categorical'>, penalty: number | null = null): LocalCorrection | Refusal {
  const bytes = 2 * forest.rows.rows * forest.trees.trees;
  if (bytes > MOST_BYTES) {
    return refuse('unsupported_combination', `a local linear correction of ${forest.rows.rows} rows and ${forest.trees.trees} trees needs ${(bytes / 2 ** 30).toFixed(1)} GB; the most is 2 GB`, 'Grow fewer trees.');
  }
  const importance = variableImportance(forest.trees, forest.features.length);
  const chosen = data.x.map((column, j) => ({ column, j }))
    .filter(({ column, j }) => !data.categorical?.includes(j) && !column.some(Number.isNaN) && importance[j]! >= 1 / data.x.length)
    .sort((a, b) => importance[b.j]! - importance[a.j]! || a.j - b.j).slice(0, MOST_COLUMNS);
  if (chosen.length === 0) {
    return refuse('unsupported_combination', 'a local linear correction needs a numeric covariate without missing values that the forest splits by', 'Fill the missing values, or leave the correction out.');
  }
  const model: LocalModel = {
    forest, y: forest.y.map((y, i) => y - forest.yHat[i]!), w: forest.w.map((w, i) => w - forest.wHat[i]!), x: chosen.map(({ column }) => column),
  };
  const features = chosen.map(({ j }) => forest.features[j]!);
  if (penalty !== null) return { features, penalty, model };
  const rows = everyRow(forest.y.length);
  const candidates = localLinear(model, { bins: forest.rows.bins, x: model.x, isOwn: true }, PENALTIES, rows);
  if (!candidates) return noVariation(0);
  const losses = candidates.map(({ estimates }) => rows.reduce((sum, row, i) => sum + forest.plan.weight[row]! * (model.y[row]! - estimates[i]! * model.w![row]!) ** 2, 0));
  return { features, model, penalty: PENALTIES[losses.indexOf(Math.min(...losses))]! };
}

function everyRow(n: number): Int32Array {
  const count = Math.min(n, CHOICE_ROWS);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}

/** The forest with corrected out-of-bag effects in place of its own. */
export function withLocalCorrection(forest: CausalForest, { model, penalty }: LocalCorrection): CausalForest | Refusal {
  if (penalty === Infinity) return forest;
  const corrected = localLinear(model, { bins: forest.rows.bins, x: model.x, isOwn: true }, [penalty]);
  return corrected ? { ...forest, tauHat: corrected[0]!.estimates } : noVariation(0);
}

/** What a corrected forest predicts by. */
type CorrectedForest = Pick<CausalForest, 'features' | 'binning'>;

/**
 * Corrected effects at new units with little-bag variances, in units of y per unit of w and its square; a unit around which the treatment does not vary is
 * marked. The rows of the leaves are drawn once, for all calls.
 *
 * @returns a scorer of named columns, which refuses columns other than the forest's, and a missing value where effects slope
 * Refuses a forest without variances.
 */
export function localScorer(forest: CorrectedForest, { features, model, penalty }: LocalCorrection): LocalScorer | Refusal {
  if (model.forest.plan.bagTrees !== 2) return refuse('unsupported_combination', 'variances need little bags of 2 trees', 'Grow the forest with bags of 2 trees.');
  const solve = localSolver(model);
  return (columns) => {
    const bins = binsOfColumns(forest, columns);
    if (isRefusal(bins)) return bins;
    const gap = features.find((feature) => columns[feature]!.some((value) => !Number.isFinite(value)));
    if (gap !== undefined) return refuse('not_finite', `column ${gap} has missing values where effects slope along it`, 'Fill them, or predict without the correction.');
    const units = { bins, x: features.map((feature) => columns[feature]!), isOwn: false };
    const n = bins.length / forest.features.length;
    const scores = { estimates: new Float64Array(n), variances: new Float64Array(n), isIdentified: new Uint8Array(n) };
    for (let unit = 0; unit < n; unit++) {
      const solved = solve(units, unit, [penalty])?.[0];
      if (!solved) continue;
      scores.isIdentified[unit] = 1;
      scores.estimates[unit] = solved.estimate;
      scores.variances[unit] = solved.variance;
    }
    return scores;
  };
}
export type LocalScorer = (columns: Readonly<Record<string, Float64Array>>) => UnitScores & { readonly variances: Float64Array } | Refusal;

/** `localScorer` for units of which every one must have an effect. */
export function predictLocalEffects(forest: CorrectedForest, correction: LocalCorrection, columns: Readonly<Record<string, Float64Array>>): Pick<UnitScores, 'estimates'> & { readonly variances: Float64Array } | Refusal {
  const scorer = localScorer(forest, correction);
  if (isRefusal(scorer)) return scorer;
  const scores = scorer(columns);
  return isRefusal(scores) || scores.isIdentified.every((is) => is === 1) ? scores : noVariation(scores.isIdentified.indexOf(0));
}
