import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { binnedRows, chooseBins, type BinnedRows, type Binning } from './binning.js';
import { forestStreams } from './causal-forest.js';
import { augmentedOutcome, expectedTarget, type SurvivalTarget } from './censored-outcomes.js';
import { checkForestData, type ForestData } from './forest-data.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { forestSettings, type ForestChoices } from './forest-settings.js';
import { planGrowth, type ForestSettings, type GrowthPlan } from './growth-plan.js';
import { ratioEquation } from './moment-equations.js';
import { binsOfColumns, outOfBagEstimates, predictionsFrom, type Predictions } from './moment-prediction.js';
import { nuisanceSettings, outOfBagMean } from './nuisance-forests.js';
import type { PackedTrees } from './packed-trees.js';
import { progressPart } from './progress-part.js';
import { checkCoverage } from './regression-forest.js';
import { standardise } from './standardise.js';
import { growSurvivalForest, outOfBagHazards } from './survival-forest.js';
import { survivalTimes } from './survival-times.js';

export interface CausalSurvivalData extends ForestData {
  /** time of the event, or until when a unit was observed, at least 0, shape (n) */
  readonly time: Float64Array;
  /** 1 where the event happened, 0 where the unit was censored */
  readonly event: Float64Array;
  /** 1 for treated and 0 for control units */
  readonly w: Float64Array;
  /** propensity, when it is known or was estimated elsewhere, shape (n) */
  readonly wHat?: Float64Array;
}

export interface CausalSurvivalChoices extends ForestChoices {
  readonly target: SurvivalTarget;
  /** time up to which, or beyond which, survival is asked for */
  readonly horizon: number;
  /** least probability to be still observed that a unit is weighted by, in (0, 1) */
  readonly leastObserved: number;
  /** how the nuisance forests are grown where that differs */
  readonly nuisance?: Partial<ForestSettings>;
}

export interface CausalSurvivalForest {
  readonly family: 'causal_survival';
  readonly features: readonly string[];
  readonly binning: Binning;
  readonly rows: BinnedRows;
  readonly settings: ForestSettings;
  readonly plan: GrowthPlan;
  readonly trees: PackedTrees;
  readonly target: SurvivalTarget;
  readonly horizon: number;
  readonly w: Float64Array;
  readonly wHat: Float64Array;
  readonly weight: Float64Array | null;
  /** doubly robust residuals: outcome with censoring undone, less its mean given the covariates */
  readonly residual: Float64Array;
  /** least probability to be still observed by which a unit was weighted */
  readonly leastObserved: number;
  /** effect at each row by the trees that did not draw it, in units of time, or as a difference of probabilities */
  readonly tauHat: Float64Array;
  /** units of the effect in one standardised unit */
  readonly effectScale: number;
}

const TITLE = 'a causal survival forest';
const LEAST_IN_ARM = 5;

/**
 * Grows a causal survival forest of tau(x) = E[f(T(1)) - f(T(0)) | X = x], f(T) = min(T, horizon) or 1{T > horizon}, from right-censored times,
 * under unconfoundedness and censoring that is ignorable given covariates and treatment.
 *
 * Survival and censoring curves by arm come from survival forests out of bag; the score is robust to either being wrong.
 * Refuses a treatment that is not 0 or 1, negative times, too few units or events in an arm, and units that had less than `leastObserved`
 * probability to be still observed.
 * @see Cui, Kosorok, Sverdrup, Wager, Zhu (2023), JRSS B 85(2)
 */
export async function growCausalSurvivalForest(
  engine: ForestEngine, data: CausalSurvivalData, { nuisance, target, horizon, leastObserved, ...choices }: CausalSurvivalChoices, options: EngineOptions = {},
): Promise<CausalSurvivalForest | Refusal> {
  const refusal = checkSurvivalData(data, horizon) ?? checkForestData(TITLE, data, { treatment: data.w, time: data.time });
  if (refusal) return refusal;
  const settings = forestSettings(data.x.length, choices);
  const binning = chooseBins(data.x, data.categorical);
  const rows = binnedRows(binning, data.x, data.cluster ?? null);
  const weight = data.weight ?? null;
  const forNuisance = nuisanceSettings(settings, rows, nuisance);
  const wHat = data.wHat ?? await outOfBagMean(engine, rows, data.w, weight, forNuisance, forestStreams.treatment, progressPart(options, 0, 0.1));
  if (isRefusal(wHat)) return wHat;
  const found = await undoCensoring(engine, data, wHat, target, horizon, { ...forNuisance, minNodeSize: settings.minNodeSize }, progressPart(options, 0.1, 0.7));
  if (isRefusal(found)) return found;
  if (!(found.leastObserved >= leastObserved)) {
    return refuse('no_overlap',
      `some units had a probability of ${found.leastObserved.toPrecision(2)} to be still observed when they were last seen; ${TITLE} needs at least ${leastObserved}`,
      'Ask for a shorter horizon, before which fewer units are censored.');
  }

  const treatment = standardise(data.w.map((value, i) => value - wHat[i]!));
  const { scale } = standardise(found.residual);
  const labels = {
    treatment: treatment.values,
    outcome: Float32Array.from(data.w, (value, i) => ((value - wHat[i]!) / treatment.scale) * (found.residual[i]! / scale)),
    further: [Float32Array.from(data.w, (value, i) => ((value - wHat[i]!) / treatment.scale) ** 2), Float32Array.from(found.isKnown)],
  };
  const plan = planGrowth(rows, 'causal_survival', settings, forestStreams.effect, { ...labels, weight: weight && Float32Array.from(weight) });
  if (isRefusal(plan)) return plan;
  const growth = await engine.grow(rows, plan, true, progressPart(options, 0.7, 1));
  if (isRefusal(growth)) return growth;
  const uncovered = checkCoverage(growth.outOfBag);
  if (uncovered) return uncovered;
  const effectScale = scale / treatment.scale;
  const tauHat = outOfBagEstimates(growth.outOfBag, plan.leafValues, ratioEquation, [effectScale]);
  if (isRefusal(tauHat)) return tauHat;
  return {
    family: 'causal_survival', features: data.features, binning, rows, settings, plan, trees: growth.trees, target, horizon,
    w: data.w, wHat, weight, residual: found.residual, leastObserved: found.leastObserved, tauHat: tauHat[0]!, effectScale,
  };
}

/** Rows whose curves are held at a time. */
const BATCH = 4096;

interface Uncensored { readonly residual: Float64Array; readonly isKnown: Uint8Array; readonly leastObserved: number }

/** Outcomes with censoring undone, less e E[f | X, W = 1] + (1 - e) E[f | X, W = 0]. */
async function undoCensoring(
  engine: ForestEngine, { x, categorical = [], time, event, w, weight = null, cluster = null }: CausalSurvivalData, wHat: Float64Array,
  target: SurvivalTarget, horizon: number, settings: ForestSettings, options: EngineOptions,
): Promise<Uncensored | Refusal> {
  const columns = [...x, w];
  const rows = binnedRows(chooseBins(columns, categorical), columns, cluster);
  const until = time.map((value) => Math.min(value, horizon));
  const failed = Uint8Array.from(event, (happened, i) => (happened === 1 && time[i]! <= horizon ? 1 : 0));
  const isKnown = Uint8Array.from(failed, (happened, i) => (happened === 1 || time[i]! >= horizon ? 1 : 0));
  const grow = (happened: Uint8Array, isCensoring: boolean, stage: number) => growSurvivalForest(
    engine, rows, survivalTimes(until, happened), isCensoring, weight, settings, isCensoring ? forestStreams.censoring : forestStreams.survival, progressPart(options, 0.2 * stage, 0.2 * (stage + 1)));
  const survival = await grow(failed, false, 0);
  if (isRefusal(survival)) return survival;
  const censored = isKnown.map((known) => 1 - known);
  const hasCensored = censored.reduce((count, value) => count + value, 0) >= 2;
  const censoring = hasCensored ? await grow(censored, true, 1) : null;
  if (isRefusal(censoring)) return censoring;

  const { times, step } = survival.observed;
  const residual = new Float64Array(w.length);
  const remaining = new Float64Array(times.length);
  const byArm = [0, 1].map((arm) => withArm(rows, arm));
  let leastObserved = 1;
  for (let from = 0; from < w.length; from += BATCH) {
    const to = Math.min(from + BATCH, w.length);
    const hazards = byArm.map((bins) => outOfBagHazards(survival, bins, from, to, { ...(options.signal && { signal: options.signal }) }));
    const exits = censoring ? outOfBagHazards(censoring, rows.bins, from, to, { ...(options.signal && { signal: options.signal }) }) : null;
    const none = new Float64Array(times.length);
    for (let row = from; row < to; row++) {
      const at = (row - from) * times.length;
      const means = [1 - w[row]!, w[row]!].map((arm) => expectedTarget(target, times, horizon, hazards[arm]!.values, at, remaining));
      const known = isKnown[row] === 0 ? null : target === 'rmst' ? until[row]! : 1 - failed[row]!;
      const { value, observedShare } = augmentedOutcome(known, step[row]!, exits?.values ?? none, exits ? at : 0, remaining);
      leastObserved = Math.min(leastObserved, observedShare);
      const [other, own] = means as [number, number];
      const [ownShare, otherShare] = w[row] === 1 ? [wHat[row]!, 1 - wHat[row]!] : [1 - wHat[row]!, wHat[row]!];
      residual[row] = value - ownShare * own - otherShare * other;
    }
    options.onProgress?.(0.4 + (0.6 * to) / w.length);
    await new Promise(setImmediate);
  }
  return { residual, isKnown, leastObserved };
}

/** Bins of the rows as if all were in one arm; the treatment is the last feature, with bins 0 and 1. */
function withArm({ bins, features }: BinnedRows, arm: number): Uint8Array {
  const changed = Uint8Array.from(bins);
  for (let at = features - 1; at < changed.length; at += features) changed[at] = arm;
  return changed;
}

function checkSurvivalData({ time, event, w }: CausalSurvivalData, horizon: number): Refusal | null {
  const other = w.find((value) => value !== 0 && value !== 1);
  if (other !== undefined) return refuse('unsupported_combination', `the treatment of ${TITLE} must be 0 or 1; got ${other}`, 'Compare two arms.');
  const unclear = event.find((value) => value !== 0 && value !== 1);
  if (unclear !== undefined) return refuse('unsupported_combination', `the event of ${TITLE} must be 0 (censored) or 1 (happened); got ${unclear}`, 'Say of each unit whether the event was seen.');
  for (const arm of [0, 1]) {
    const units = w.reduce((count, value) => count + (value === arm ? 1 : 0), 0);
    const events = w.reduce((count, value, i) => count + (value === arm && event[i] === 1 && time[i]! <= horizon ? 1 : 0), 0);
    if (units < LEAST_IN_ARM || events < LEAST_IN_ARM) {
      return refuse('too_few_units', `${TITLE} needs at least ${LEAST_IN_ARM} units and events by the horizon in each arm; arm ${arm} has ${units} and ${events}`, 'Observe longer, or more units.');
    }
  }
  if (time.some((value) => !(value >= 0 && value < Infinity))) return refuse('not_finite', `times of ${TITLE} must be finite and at least 0`, 'Repair the times.');
  if (!time.some((value) => value >= horizon)) {
    return refuse('not_identified', `no unit was observed until the horizon ${horizon}; the last was at ${time.reduce((a, b) => Math.max(a, b), 0)}`, 'Ask for an earlier horizon.');
  }
  return null;
}

/** Effects at new units with little-bag variances. Refuses columns other than those the forest was grown with. */
export async function predictSurvivalEffects(
  engine: ForestEngine, forest: CausalSurvivalForest, columns: Readonly<Record<string, Float64Array>>, options?: EngineOptions,
): Promise<Predictions | Refusal> {
  const bins = binsOfColumns(forest, columns);
  if (isRefusal(bins)) return bins;
  return only(predictionsFrom(forest.trees, await engine.moments(forest.trees, bins, forest.features.length, options), ratioEquation, [forest.effectScale]));
}

/** Effects at the forest's own rows by bags that do not hold them, with variances. */
export async function predictSurvivalEffectsOutOfBag(engine: ForestEngine, forest: CausalSurvivalForest, options?: EngineOptions): Promise<Predictions | Refusal> {
  return only(predictionsFrom(forest.trees, await engine.outOfBagMoments(forest.trees, forest.rows, forest.plan, options), ratioEquation, [forest.effectScale]));
}

const only = (predictions: readonly Predictions[] | Refusal): Predictions | Refusal => (isRefusal(predictions) ? predictions : predictions[0]!);
