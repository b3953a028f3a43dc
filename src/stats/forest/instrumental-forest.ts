import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { binnedRows, chooseBins, type BinnedRows, type Binning } from './binning.js';
import { forestStreams } from './causal-forest.js';
import { checkForestData, type ForestData } from './forest-data.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { forestSettings, type ForestChoices } from './forest-settings.js';
import { planGrowth, type ForestSettings, type GrowthPlan } from './growth-plan.js';
import { instrumentedEquation } from './moment-equations.js';
import { binsOfColumns, outOfBagEstimates, predictionsFrom, type Predictions } from './moment-prediction.js';
import { nuisanceSettings, outOfBagMean } from './nuisance-forests.js';
import type { PackedTrees } from './packed-trees.js';
import { progressPart } from './progress-part.js';
import { checkCoverage } from './regression-forest.js';
import { standardise } from './standardise.js';

export interface InstrumentalData extends ForestData {
  readonly y: Float64Array;
  /** treatment, and the instrument that moves it; binary or continuous, shape (n) */
  readonly w: Float64Array;
  readonly z: Float64Array;
  /** E[Y | X], E[W | X] and E[Z | X] when they are known or were estimated elsewhere, shape (n) */
  readonly yHat?: Float64Array;
  readonly wHat?: Float64Array;
  readonly zHat?: Float64Array;
}

export interface InstrumentalForest {
  readonly family: 'instrumental';
  readonly features: readonly string[];
  readonly binning: Binning;
  readonly rows: BinnedRows;
  readonly settings: ForestSettings;
  readonly plan: GrowthPlan;
  readonly trees: PackedTrees;
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly z: Float64Array;
  readonly weight: Float64Array | null;
  /** out of bag, in units of y, w and z */
  readonly yHat: Float64Array;
  readonly wHat: Float64Array;
  readonly zHat: Float64Array;
  /** effect at each row by the trees that did not draw it, in units of y per unit of w */
  readonly tauHat: Float64Array;
  /** units of y per unit of w in one standardised unit of effect */
  readonly effectScale: number;
}

export interface InstrumentalChoices extends ForestChoices {
  /** how the nuisance forests are grown where that differs */
  readonly nuisance?: Partial<ForestSettings>;
  /** share of the treatment itself in the instrument that splits are placed by, in [0, 1]; 0 unless told. Estimates use the instrument alone. */
  readonly reducedFormWeight?: number;
  /** children keep a share of the instrument's variation rather than of the units; true unless told */
  readonly stabiliseSplits?: boolean;
}

const TITLE = 'an instrumental forest';

/**
 * Grows an instrumental forest of tau(x) = Cov(Y, Z | X = x) / Cov(W, Z | X = x): with a binary instrument the effect on the compliers at x
 * (exclusion, relevance, monotonicity), the local average treatment effect.
 *
 * Y, W and Z are first made residuals by out-of-bag regression forests. Refuses a constant outcome, treatment or instrument, a reduced
 * form weight outside [0, 1], and rows around which the instrument does not move the treatment.
 * @see Athey, Tibshirani, Wager (2019), section 7
 */
export async function growInstrumentalForest(
  engine: ForestEngine, data: InstrumentalData, { nuisance, reducedFormWeight = 0, stabiliseSplits = true, ...choices }: InstrumentalChoices,
  options: EngineOptions = {},
): Promise<InstrumentalForest | Refusal> {
  const refusal = checkForestData(TITLE, data, { outcome: data.y, treatment: data.w, instrument: data.z });
  if (refusal) return refusal;
  if (!(reducedFormWeight >= 0 && reducedFormWeight <= 1)) {
    return refuse('unsupported_combination', `the reduced form weight of ${TITLE} must be in [0, 1]; got ${reducedFormWeight}`, 'Give a share.');
  }
  const settings = forestSettings(data.x.length, choices);
  const binning = chooseBins(data.x, data.categorical);
  const rows = binnedRows(binning, data.x, data.cluster ?? null);
  const weight = data.weight ?? null;
  const forNuisance = nuisanceSettings(settings, rows, nuisance);
  const mean = (column: Float64Array, stream: number, stage: number) =>
    outOfBagMean(engine, rows, column, weight, forNuisance, stream, progressPart(options, 0.2 * stage, 0.2 * (stage + 1)));
  const yHat = data.yHat ?? await mean(data.y, forestStreams.outcome, 0);
  if (isRefusal(yHat)) return yHat;
  const wHat = data.wHat ?? await mean(data.w, forestStreams.treatment, 1);
  if (isRefusal(wHat)) return wHat;
  const zHat = data.zHat ?? await mean(data.z, forestStreams.instrument, 2);
  if (isRefusal(zHat)) return zHat;

  const residual = (column: Float64Array, fitted: Float64Array) => standardise(column.map((value, i) => value - fitted[i]!));
  const outcome = residual(data.y, yHat);
  const treatment = residual(data.w, wHat);
  const instrument = residual(data.z, zHat);
  const effectScale = outcome.scale / treatment.scale;
  const plan = planGrowth(rows, stabiliseSplits ? 'instrumental' : 'instrumental_unstabilised', settings, forestStreams.effect, {
    treatment: instrument.values, outcome: outcome.values, further: [treatment.values], weight: weight && Float32Array.from(weight), reducedFormWeight,
  });
  if (isRefusal(plan)) return plan;
  const growth = await engine.grow(rows, plan, true, progressPart(options, 0.6, 1));
  if (isRefusal(growth)) return growth;
  const uncovered = checkCoverage(growth.outOfBag);
  if (uncovered) return uncovered;
  const tauHat = outOfBagEstimates(growth.outOfBag, plan.leafValues, instrumentedEquation, [effectScale]);
  if (isRefusal(tauHat)) return tauHat;
  return {
    family: 'instrumental', features: data.features, binning, rows, settings, plan, trees: growth.trees, y: data.y, w: data.w, z: data.z, weight,
    yHat, wHat, zHat, tauHat: tauHat[0]!, effectScale,
  };
}

/** Effects at new units with little-bag variances. Refuses columns other than those the forest was grown with. */
export async function predictInstrumented(
  engine: ForestEngine, forest: InstrumentalForest, columns: Readonly<Record<string, Float64Array>>, options?: EngineOptions,
): Promise<Predictions | Refusal> {
  const bins = binsOfColumns(forest, columns);
  if (isRefusal(bins)) return bins;
  return only(predictionsFrom(forest.trees, await engine.moments(forest.trees, bins, forest.features.length, options), instrumentedEquation, [forest.effectScale]));
}

/** Effects at the forest's own rows by bags that do not hold them, with variances. */
export async function predictInstrumentedOutOfBag(engine: ForestEngine, forest: InstrumentalForest, options?: EngineOptions): Promise<Predictions | Refusal> {
  return only(predictionsFrom(forest.trees, await engine.outOfBagMoments(forest.trees, forest.rows, forest.plan, options), instrumentedEquation, [forest.effectScale]));
}

const only = (predictions: readonly Predictions[] | Refusal): Predictions | Refusal => (isRefusal(predictions) ? predictions : predictions[0]!);
