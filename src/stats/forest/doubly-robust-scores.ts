import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { forestStreams, type CausalForest } from './causal-forest.js';
import type { EngineOptions, ForestEngine } from './forest-engine.js';
import { growRegressionForest } from './regression-forest.js';

const VARIANCE_TREES = 500;

/**
 * Doubly robust scores of the effect, shape (n): tauHat + D (Y - yHat - tauHat (W - wHat)).
 *
 * D is (W - e) / (e (1 - e)) for a binary treatment; for a continuous one (W - wHat) / Var(W | X), the variance by an out-of-bag forest.
 * Not finite where a binary treatment's propensity is 0 or 1: average over rows kept by `keepOverlap`.
 * @see Robins, Rotnitzky, Zhao (1994); Chernozhukov and others (2022) for the continuous case
 */
export async function doublyRobustScores(engine: ForestEngine, forest: CausalForest, options?: EngineOptions): Promise<Float64Array | Refusal> {
  const debiasing = await debiasingWeights(engine, forest, options);
  if (isRefusal(debiasing)) return debiasing;
  const { y, w, yHat, wHat, tauHat } = forest;
  return tauHat.map((tau, i) => tau + debiasing[i]! * (y[i]! - yHat[i]! - tau * (w[i]! - wHat[i]!)));
}

/** D of each row, with which the mean of D (Y - yHat) is a mean effect. */
export async function debiasingWeights(engine: ForestEngine, forest: Treated, options?: EngineOptions): Promise<Float64Array | Refusal> {
  return forest.isBinary ? binaryWeights(forest) : continuousWeights(engine, forest, options);
}

/** A forest with a treatment and its mean. */
export type Treated = Pick<CausalForest, 'w' | 'wHat' | 'rows' | 'weight' | 'settings' | 'isBinary'>;

const binaryWeights = ({ w, wHat }: Treated): Float64Array => w.map((treated, i) => (treated - wHat[i]!) / (wHat[i]! * (1 - wHat[i]!)));

async function continuousWeights(engine: ForestEngine, forest: Treated, options?: EngineOptions): Promise<Float64Array | Refusal> {
  const { w, wHat, rows, weight, settings } = forest;
  const squares = w.map((treated, i) => (treated - wHat[i]!) ** 2);
  const variance = await growRegressionForest(
    engine, rows, squares, weight, { ...settings, trees: VARIANCE_TREES, bagTrees: 1 }, forestStreams.treatmentVariance, false, options);
  if (isRefusal(variance)) return variance;
  if (variance.outOfBag.some((value) => !(value > 0))) {
    return refuse('no_overlap', 'the conditional variance of the treatment is estimated as zero for some rows', 'Drop rows whose treatment is determined by the covariates.');
  }
  return squares.map((_, i) => (w[i]! - wHat[i]!) / variance.outOfBag[i]!);
}
