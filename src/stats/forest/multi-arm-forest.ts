import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { binnedRows, chooseBins, type BinnedRows, type Binning } from './binning.js';
import { forestStreams } from './causal-forest.js';
import { checkForestData, type ForestData } from './forest-data.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { forestSettings, type ForestChoices } from './forest-settings.js';
import { MAX_SEVERAL, planGrowth, type ForestSettings, type GrowthPlan } from './growth-plan.js';
import { effectsEquation } from './moment-equations.js';
import { binsOfColumns, outOfBagEstimates, predictionsFrom, type Predictions } from './moment-prediction.js';
import { growMultiRegressionForest } from './multi-regression-forest.js';
import { nuisanceSettings, outOfBagMean } from './nuisance-forests.js';
import type { PackedTrees } from './packed-trees.js';
import { progressPart } from './progress-part.js';
import { checkCoverage } from './regression-forest.js';
import { standardise } from './standardise.js';

export interface MultiArmData extends ForestData {
  /** arm of each row: 0 is the control, then 1 .. arms.length - 1, shape (n) */
  readonly arm: Int32Array;
  /** names of the arms, control first */
  readonly arms: readonly string[];
  /** one column an outcome, shape (n), with its name */
  readonly y: Readonly<Record<string, Float64Array>>;
  /** E[Y | X] of each outcome, and the propensity of each arm (control first), when they are known or were estimated elsewhere */
  readonly yHat?: readonly Float64Array[];
  readonly propensities?: readonly Float64Array[];
}

/** An effect that a multi-arm forest estimates: of an arm against the control on an outcome. */
export interface ArmEffect { readonly arm: string; readonly outcome: string }

export interface MultiArmForest {
  readonly family: 'multi_arm';
  readonly features: readonly string[];
  readonly binning: Binning;
  readonly rows: BinnedRows;
  readonly settings: ForestSettings;
  readonly plan: GrowthPlan;
  readonly trees: PackedTrees;
  readonly arms: readonly string[];
  readonly arm: Int32Array;
  readonly outcomes: readonly string[];
  readonly y: readonly Float64Array[];
  readonly weight: Float64Array | null;
  /** out of bag: E[Y | X] of each outcome, propensity of each arm */
  readonly yHat: readonly Float64Array[];
  readonly propensities: readonly Float64Array[];
  /** what is estimated, by outcome, then arm */
  readonly effects: readonly ArmEffect[];
  /** each effect at each row by the trees that did not draw it, in units of its outcome */
  readonly tauHat: readonly Float64Array[];
  /** units of each effect in one standardised unit */
  readonly scales: readonly number[];
}

export interface MultiArmChoices extends ForestChoices {
  /** how the nuisance forests are grown where that differs from the causal forest */
  readonly nuisance?: Partial<ForestSettings>;
}

const TITLE = 'a multi-arm causal forest';
const LEAST_IN_ARM = 5;
/** Shares of the trees that the two nuisance forests and the causal forest take. */
const OUTCOMES_DONE = 0.25;
const ARMS_DONE = 0.5;

/**
 * Grows a causal forest of tau_k(x) = E[Y(k) - Y(0) | X = x] for every arm k against the control, and for every outcome, under
 * unconfoundedness: the slopes of the centred outcomes on the centred arm indicators with the forest's weights.
 *
 * Splits look for heterogeneity in all effects together. Outcomes count in standard deviations, so that their units do not matter; grf
 * leaves that to the caller. Refuses a constant outcome, fewer than 5 units in an arm, and rows around which an arm does not vary.
 * @see Nie, Wager (2021), Biometrika 108(2), for the loss; Athey, Tibshirani, Wager (2019), equation (20), for the labels
 */
export async function growMultiArmForest(
  engine: ForestEngine, data: MultiArmData, { nuisance, ...choices }: MultiArmChoices, options: EngineOptions = {},
): Promise<MultiArmForest | Refusal> {
  const refusal = checkArms(data) ?? checkForestData(TITLE, data, Object.fromEntries(Object.entries(data.y).map(([name, column]) => [`outcome ${name}`, column])));
  if (refusal) return refusal;
  const settings = forestSettings(data.x.length, choices);
  const binning = chooseBins(data.x, data.categorical);
  const rows = binnedRows(binning, data.x, data.cluster ?? null);
  const weight = data.weight ?? null;
  const y = Object.values(data.y);
  const outcomes = Object.keys(data.y);
  const forNuisance = nuisanceSettings(settings, rows, nuisance);

  const yHat = data.yHat ?? await means(engine, rows, y, weight, forNuisance, progressPart(options, 0, OUTCOMES_DONE));
  if (isRefusal(yHat)) return yHat;
  const indicators = data.arms.map((_, k) => Float64Array.from(data.arm, (arm) => (arm === k ? 1 : 0)));
  const propensities = data.propensities ?? outOfBagOf(await growMultiRegressionForest(
    engine, rows, indicators, true, weight, forNuisance, forestStreams.treatment, false, progressPart(options, OUTCOMES_DONE, ARMS_DONE),
  ));
  if (isRefusal(propensities)) return propensities;

  const residuals = y.map((column, j) => standardise(column.map((value, i) => value - yHat[j]![i]!)));
  const treatments = indicators.slice(1).map((column, k) => Float32Array.from(column, (value, i) => value - propensities[k + 1]![i]!));
  const plan = planGrowth(rows, 'multi_causal', settings, forestStreams.effect, {
    further: [...treatments, ...residuals.map(({ values }) => values)], treatments: treatments.length, weight: weight && Float32Array.from(weight),
  });
  if (isRefusal(plan)) return plan;
  const growth = await engine.grow(rows, plan, true, progressPart(options, ARMS_DONE, 1));
  if (isRefusal(growth)) return growth;
  const uncovered = checkCoverage(growth.outOfBag);
  if (uncovered) return uncovered;
  const effects = outcomes.flatMap((outcome) => data.arms.slice(1).map((arm) => ({ arm, outcome })));
  const scales = residuals.flatMap(({ scale }) => treatments.map(() => scale));
  const tauHat = outOfBagEstimates(growth.outOfBag, plan.leafValues, effectsEquation(treatments.length, outcomes.length), scales);
  if (isRefusal(tauHat)) return tauHat;
  return {
    family: 'multi_arm', features: data.features, binning, rows, settings, plan, trees: growth.trees, arms: data.arms, arm: data.arm, outcomes, y, weight,
    yHat, propensities, effects, tauHat, scales,
  };
}

const outOfBagOf = (forest: Awaited<ReturnType<typeof growMultiRegressionForest>>) => (isRefusal(forest) ? forest : forest.outOfBag);

async function means(
  engine: ForestEngine, rows: BinnedRows, y: readonly Float64Array[], weight: Float64Array | null, settings: ForestSettings, options: EngineOptions,
): Promise<readonly Float64Array[] | Refusal> {
  if (y.length > 1) return outOfBagOf(await growMultiRegressionForest(engine, rows, y, false, weight, settings, forestStreams.outcome, false, options));
  const mean = await outOfBagMean(engine, rows, y[0]!, weight, settings, forestStreams.outcome, options);
  return isRefusal(mean) ? mean : [mean];
}

function checkArms({ arm, arms, y }: MultiArmData): Refusal | null {
  if (arms.length < 2 || arms.length > MAX_SEVERAL || Object.keys(y).length > MAX_SEVERAL) {
    return refuse('unsupported_combination',
      `${TITLE} takes 2 to ${MAX_SEVERAL} arms and at most ${MAX_SEVERAL} outcomes; got ${arms.length} and ${Object.keys(y).length}`, 'Combine arms, or leave outcomes out.');
  }
  const unknown = arm.find((code) => !(code >= 0 && code < arms.length));
  if (unknown !== undefined) throw new RangeError(`a multi-arm forest needs arms 0 .. ${arms.length - 1}; got ${unknown}`);
  const counts = arms.map((_, k) => arm.reduce((count, code) => count + (code === k ? 1 : 0), 0));
  const few = counts.findIndex((count) => count < LEAST_IN_ARM);
  return few < 0 ? null : refuse('too_few_units',
    `${TITLE} needs at least ${LEAST_IN_ARM} units in each arm; ${arms[few]} has ${counts[few]}`, 'Collect units of that arm, or leave it out.');
}

/** Every effect at new units, in the order of `forest.effects`. Refuses columns other than those the forest was grown with. */
export async function predictArmEffects(
  engine: ForestEngine, forest: MultiArmForest, columns: Readonly<Record<string, Float64Array>>, options?: EngineOptions,
): Promise<readonly Predictions[] | Refusal> {
  const bins = binsOfColumns(forest, columns);
  if (isRefusal(bins)) return bins;
  return predictionsFrom(forest.trees, await engine.moments(forest.trees, bins, forest.features.length, options), equationOf(forest), forest.scales);
}

/** Every effect at the forest's own rows by bags that do not hold them, with variances. */
export async function predictArmEffectsOutOfBag(engine: ForestEngine, forest: MultiArmForest, options?: EngineOptions): Promise<readonly Predictions[] | Refusal> {
  return predictionsFrom(forest.trees, await engine.outOfBagMoments(forest.trees, forest.rows, forest.plan, options), equationOf(forest), forest.scales);
}

const equationOf = ({ arms, outcomes }: MultiArmForest) => effectsEquation(arms.length - 1, outcomes.length);
