import { growCausalForest } from '../../forest/causal-forest.js';
import { doublyRobustScores } from '../../forest/doubly-robust-scores.js';
import { keepOverlap, defaultOverlap } from '../../forest/overlap.js';
import { referenceEngine } from '../../forest/reference/reference-engine.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { effectScores, LEAST_ARM, type EffectScores } from '../../uplift/effect-scores.js';
import { OptionsError, type Category, type EstimationContext, type Numeric } from '../estimator.js';
import type { TwoLevels } from '../two-arms.js';

/** Columns of a ranked experiment or observational study. */
export interface RankedColumns {
  readonly outcome: Numeric;
  readonly treatment: Category;
  readonly score: Numeric;
  readonly rival: Numeric | undefined;
  readonly propensity: Numeric | undefined;
  readonly expectedTreated: Numeric | undefined;
  readonly expectedControl: Numeric | undefined;
  readonly covariates: readonly Numeric[];
  readonly categories: readonly Category[];
  readonly cost: Numeric | undefined;
  readonly weight: Numeric | undefined;
  readonly cluster: Category | undefined;
}

/** Units of the two arms that are compared, with their effect scores; shape (n) each. */
export interface ReadyUnits {
  readonly outcome: Float64Array;
  readonly treated: Uint8Array;
  readonly score: Float64Array;
  readonly rival: Float64Array | null;
  readonly cost: Float64Array | null;
  readonly weight: Float64Array | null;
  readonly cluster: Int32Array | null;
  readonly scores: EffectScores;
}

/**
 * Effect scores by what is known: a randomised share, given propensities and outcome models, or forests over covariates (out of bag).
 * @throws OptionsError for one outcome model without the other
 */
export async function judgedUnits(columns: RankedColumns, { control, treatment }: TwoLevels, trees: number, context: EstimationContext): Promise<ReadyUnits | Refusal> {
  const { codes } = columns.treatment;
  const rows = Int32Array.from(codes.keys()).filter((row) => codes[row] === control || codes[row] === treatment);
  const treated = Uint8Array.from(rows, (row) => Number(codes[row] === treatment));
  const at = (column: Numeric | undefined): Float64Array | null => column ? Float64Array.from(rows, (row) => column.values[row]!) : null;
  const outcome = at(columns.outcome)!;
  const count = treated.reduce((sum, w) => sum + w, 0);
  if (Math.min(count, rows.length - count) < LEAST_ARM) {
    return refuse('too_few_units', `a ranking is judged by at least ${LEAST_ARM} treated and ${LEAST_ARM} control units; got ${count} and ${rows.length - count}`, 'Collect units of both arms.');
  }
  if (outcome.every((y) => y === outcome[0])) return refuse('zero_variance', `the outcome is ${outcome[0]} for every unit, so that no effect shows`, 'Judge on units of both outcomes.');
  const units = { outcome, treated, score: at(columns.score)!, rival: at(columns.rival), cost: at(columns.cost), weight: at(columns.weight), cluster: columns.cluster ? rows.map((row) => columns.cluster!.codes[row]!) : null };
  const expected = expectedOutcomes(at(columns.expectedTreated), at(columns.expectedControl));
  const propensity = at(columns.propensity);
  if (columns.covariates.length + columns.categories.length === 0) {
    const scores = effectScores({ outcome, treated, weight: units.weight, propensity, expected });
    return isRefusal(scores) ? scores : { ...units, scores };
  }
  if (expected) throw new OptionsError('covariates and expected outcomes exclude each other: the scores come from one or the other', ['columns', 'covariates']);
  const scores = await forestScores(columns, rows, units, propensity, trees, context);
  return isRefusal(scores) ? scores : { ...units, scores: { scores, share: null } };
}

function expectedOutcomes(treated: Float64Array | null, control: Float64Array | null) {
  if (treated && control) return { treated, control };
  if (treated || control) throw new OptionsError('expectedTreated and expectedControl must be given together', ['columns', treated ? 'expectedControl' : 'expectedTreated']);
  return null;
}

async function forestScores(
  { covariates, categories }: RankedColumns, rows: Int32Array, { outcome, treated, weight, cluster }: Omit<ReadyUnits, 'scores'>,
  propensity: Float64Array | null, trees: number, { seed, forests, signal, onProgress }: EstimationContext,
): Promise<Float64Array | Refusal> {
  const engine = forests ?? referenceEngine;
  const options = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const forest = await growCausalForest(engine, {
    features: [...covariates, ...categories].map(({ name }) => name),
    x: [
      ...covariates.map(({ values }) => Float64Array.from(rows, (row) => values[row]!)),
      ...categories.map(({ codes }) => Float64Array.from(rows, (row) => (codes[row]! < 0 ? NaN : codes[row]!))),
    ],
    categorical: categories.map((_, i) => covariates.length + i),
    y: outcome, w: Float64Array.from(treated), weight, cluster, ...(propensity && { wHat: propensity }),
  }, { trees, seed }, options);
  if (isRefusal(forest)) return forest;
  const kept = keepOverlap(forest, defaultOverlap, 'both');
  return isRefusal(kept) ? kept : doublyRobustScores(engine, forest, options);
}
