import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { binnedRows, chooseBins, withColumn, type Binning, type BinnedRows } from './binning.js';
import { solveEffect } from './effect-equation.js';
import { checkForestData, type ForestData } from './forest-data.js';
import type { EngineOptions, ForestEngine, OutOfBag } from './forest-engine.js';
import { forestSettings, type ForestChoices } from './forest-settings.js';
import { planGrowth, type ForestSettings, type GrowthPlan } from './growth-plan.js';
import { nuisanceSettings, outOfBagMean } from './nuisance-forests.js';
import type { PackedTrees } from './packed-trees.js';
import { progressPart } from './progress-part.js';
import { checkCoverage } from './regression-forest.js';
import { standardise } from './standardise.js';
import { treatmentIndex } from './treatment-index.js';

export interface CausalData extends ForestData {
  readonly y: Float64Array;
  /** treatment, binary or continuous */
  readonly w: Float64Array;
  /** E[Y | X] and E[W | X] when they are known or were estimated elsewhere, shape (n) */
  readonly yHat?: Float64Array;
  readonly wHat?: Float64Array;
}

export interface CausalForest {
  readonly family: 'causal';
  readonly features: readonly string[];
  readonly binning: Binning;
  readonly rows: BinnedRows;
  readonly settings: ForestSettings;
  readonly plan: GrowthPlan;
  readonly trees: PackedTrees;
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly weight: Float64Array | null;
  readonly isBinary: boolean;
  /** E[Y | X] and E[W | X] out of bag, in units of y and w */
  readonly yHat: Float64Array;
  readonly wHat: Float64Array;
  /** effect at each row by the trees that did not draw it, in units of y per unit of w */
  readonly tauHat: Float64Array;
  /** units of y per unit of w in one standardised unit of effect */
  readonly effectScale: number;
}

/** Random streams of the forests of one seed. */
export const forestStreams = { outcome: 1, treatment: 2, effect: 3, treatmentVariance: 4, instrument: 5, survival: 6, censoring: 7, compliance: 8 } as const;

export interface CausalChoices extends ForestChoices {
  /** how the forests of E[Y | X] and E[W | X] are grown where that differs from the causal forest */
  readonly nuisance?: Partial<ForestSettings>;
  /** the forest of E[W | X] may split by a linear index of the treatment; true unless told, false as in grf */
  readonly indexTreatment?: boolean;
  /** children keep a share of the treatment's variation rather than of the units; true unless told */
  readonly stabiliseSplits?: boolean;
}

/**
 * Grows a causal forest of tau(x) = Cov(Y, W | X = x) / Var(W | X = x), the effect E[Y(1) - Y(0) | X = x] under unconfoundedness.
 *
 * Y and W are first made residuals by out-of-bag regression forests (local centring). Rows of a cluster are drawn, and are out of bag,
 * together. Refuses a constant treatment or outcome, too few units, and rows around which the treatment does not vary.
 * @see Athey, Tibshirani, Wager (2019); Nie, Wager (2021) for the centring
 */
export async function growCausalForest(
  engine: ForestEngine, data: CausalData, { nuisance, indexTreatment = true, stabiliseSplits = true, ...choices }: CausalChoices, options: EngineOptions = {},
): Promise<CausalForest | Refusal> {
  const settings = forestSettings(data.x.length, choices);
  const refusal = checkCausalData(data);
  if (refusal) return refusal;
  const binning = chooseBins(data.x, data.categorical);
  const rows = binnedRows(binning, data.x, data.cluster ?? null);
  const weight = data.weight ?? null;
  const stages = stagesOf(options, data);

  const forNuisance = nuisanceSettings(settings, rows, nuisance);
  const yHat = data.yHat ?? await outOfBagMean(engine, rows, data.y, weight, forNuisance, forestStreams.outcome, stages.next());
  if (isRefusal(yHat)) return yHat;
  const wHat = data.wHat ?? await treatmentMean(engine, rows, data, indexTreatment, forNuisance, stages.next());
  if (isRefusal(wHat)) return wHat;

  const outcome = standardise(data.y.map((y, i) => y - yHat[i]!));
  const treatment = standardise(data.w.map((w, i) => w - wHat[i]!));
  const effectScale = outcome.scale / treatment.scale;
  const plan = planGrowth(rows, stabiliseSplits ? 'causal' : 'causal_unstabilised', {
    ...settings, imbalancePenalty: settings.imbalancePenalty / (treatment.scale ** (stabiliseSplits ? 4 : 2) * outcome.scale ** 2),
  }, forestStreams.effect, { treatment: treatment.values, outcome: outcome.values, weight: weight && Float32Array.from(weight) });
  if (isRefusal(plan)) return plan;
  const growth = await engine.grow(rows, plan, true, stages.next());
  if (isRefusal(growth)) return growth;
  const uncovered = checkCoverage(growth.outOfBag);
  if (uncovered) return uncovered;

  const tauHat = outOfBagEffects(growth.outOfBag, plan.leafValues, effectScale);
  if (isRefusal(tauHat)) return tauHat;
  return {
    family: 'causal', features: data.features, binning, rows, settings, plan, trees: growth.trees, y: data.y, w: data.w, weight,
    isBinary: isBinary(data.w), yHat, wHat, tauHat, effectScale,
  };
}

/** Enough to tell whether an index helps: a row is out of half of them. */
const PILOT_TREES = 40;
/** With more rows a column more does no harm, and a pilot is a fifth of the work. */
const PILOT_ROWS = 5000;

/** E[W | X] out of bag, by the treatment's index too where a few trees predict better with it. */
async function treatmentMean(
  engine: ForestEngine, rows: BinnedRows, data: CausalData, isIndexed: boolean, settings: ForestSettings, options: EngineOptions,
): Promise<Float64Array | Refusal> {
  const weight = data.weight ?? null;
  const index = isIndexed ? treatmentIndex(data, data.w, settings.seed) : null;
  const by = (seen: BinnedRows, trees: number, from: number, to: number) =>
    outOfBagMean(engine, seen, data.w, weight, { ...settings, trees }, forestStreams.treatment, progressPart(options, from, to));
  if (!index) return by(rows, settings.trees, 0, 1);
  const indexed = withColumn(rows, index);
  if (rows.rows > PILOT_ROWS) return by(indexed, settings.trees, 0, 1);
  const without = await by(rows, PILOT_TREES, 0, 0.15);
  const withIt = await by(indexed, PILOT_TREES, 0.15, 0.3);
  const loss = (wHat: Float64Array) => data.w.reduce((sum, w, i) => sum + (weight ? weight[i]! : 1) * (w - wHat[i]!) ** 2, 0);
  const isBetter = !isRefusal(without) && !isRefusal(withIt) && loss(withIt) < loss(without);
  return by(isBetter ? indexed : rows, settings.trees, 0.3, 1);
}

const isBinary = (w: Float64Array): boolean => w.every((value) => value === 0 || value === 1);

/** Effects at each row by the trees that did not draw it. */
export function outOfBagEffects({ sums, trees }: OutOfBag, leafValues: number, scale: number): Float64Array | Refusal {
  const tauHat = new Float64Array(trees.length);
  for (let row = 0; row < trees.length; row++) {
    const tau = solveEffect(sums, row * leafValues, leafValues, trees[row]!);
    if (tau === null) return noVariation(row);
    tauHat[row] = tau * scale;
  }
  return tauHat;
}

export const noVariation = (row: number): Refusal => refuse('no_overlap',
  `the treatment does not vary among the forest's neighbours of row ${row}`,
  'Grow more trees, use fewer columns, or drop rows that are always or never treated.');

/** Fewer would be in none of the leaves of most trees. */
const LEAST_IN_ARM = 5;

/** Refuses data that no causal forest can be grown from. */
export function checkCausalData(data: CausalData): Refusal | null {
  const refusal = checkForestData('a causal forest', data, { outcome: data.y, treatment: data.w });
  if (refusal) return refusal;
  if (isBinary(data.w)) {
    const other = data.wHat?.find((share) => !(share >= 0 && share <= 1));
    if (other !== undefined) return refuse('unsupported_combination', `propensities of a causal forest must be in [0, 1]; got ${other}`, 'Give the chance of the treatment of each unit.');
    const treated = data.w.reduce((sum, w) => sum + w, 0);
    const fewest = Math.min(treated, data.w.length - treated);
    if (fewest < LEAST_IN_ARM) {
      return refuse('too_few_units', `a causal forest needs at least ${LEAST_IN_ARM} units in each arm; one has ${fewest}`, 'Collect units of that arm.');
    }
  }
  return null;
}

/** Splits progress over the forests still to be grown, by the trees of each. */
function stagesOf(options: EngineOptions, data: CausalData): { next(): EngineOptions } {
  const shares = [...(data.yHat ? [] : [0.25]), ...(data.wHat ? [] : [0.25]), 0.5];
  const total = shares.reduce((sum, share) => sum + share, 0);
  let done = 0;
  let stage = 0;
  return {
    next: () => {
      const from = done;
      const share = shares[stage++]! / total;
      done += share;
      return { ...options, ...(options.onProgress && { onProgress: (part: number) => options.onProgress!(from + share * part) }) };
    },
  };
}
