import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { planFolds } from '../folds.js';
import type { LearningContext, Training } from '../learner.js';
import { stream } from '../../numeric/random.js';
import { boostingRows, chooseBoostingBins, type BoostingBins } from './bins.js';
import { fixGradients } from './fixed-point.js';
import type { BoostingColumns, BoostingEngine, GrownTree } from './growth.js';
import { renewOutputs, weightedQuantile } from './leaf-quantiles.js';
import { lossOf, type Loss } from './losses.js';
import type { BoostingSettings } from './settings.js';
import { linkTree, type BoostedTree } from './tree.js';

/** A boosted model: a prediction is `loss.predictionOf(start + sum of leaf values)`. */
export interface BoostedModel {
  readonly bins: BoostingBins;
  readonly monotone: Int8Array;
  readonly loss: Loss;
  readonly start: number;
  readonly trees: readonly BoostedTree[];
  /** mean held-out loss after each tree that was grown; empty when no rows were held out */
  readonly heldOutLosses: readonly number[];
}

/** Names the streams of bags and features among those of a seed. */
const BAG_STREAM = 0xba66;
const FEATURE_STREAM = 0xfea7;

/**
 * Gradient boosting of histogram trees: each tree is a Newton step on the loss, in fixed-point gradients.
 *
 * Refuses features named in `monotone` that are categorical or absent, and what the engine refuses. The training set has been checked.
 * @see Friedman (2001), Annals of Statistics 29(5); Ke et al. (2017), LightGBM, NeurIPS 30
 */
export async function boost(engine: BoostingEngine, training: Training, settings: BoostingSettings, context: LearningContext): Promise<BoostedModel | Refusal> {
  const { x, y } = training;
  const monotone = directionsOf(training, settings);
  if (isRefusal(monotone)) return monotone;
  const learns = learningRows(training, settings, context.seed);
  if (isRefusal(learns)) return learns;
  const weight = training.weight ?? null;
  const loss = lossOf(settings.loss, settings.quantile);
  const start = loss.startOf(centreOf(y, weight, learns, settings));
  if (!Number.isFinite(start)) return refuse('zero_variance', 'boosting has nothing to learn: outcomes to learn from are alike', 'Hold out fewer rows, or use more data.');
  const bins = chooseBoostingBins(x);
  const rows = boostingRows(bins, x, monotone);
  const columns: BoostingColumns = {
    gradients: new Int32Array(new SharedArrayBuffer(x.n * 8)), inBag: new Uint8Array(new SharedArrayBuffer(x.n)), leafOf: new Uint16Array(new SharedArrayBuffer(x.n * 2)),
  };
  const session = await engine.open(rows, settings, columns);
  if (isRefusal(session)) return session;
  const scores = new Float64Array(x.n).fill(start);
  const work = new Float64Array(2 * x.n);
  const trees: BoostedTree[] = [];
  const heldOutLosses: number[] = [];
  let best = 0;
  try {
    for (let round = 0; round < settings.trees; round++) {
      context.signal?.throwIfAborted();
      drawBag(columns.inBag, learns, settings.rowShare, context.seed, round);
      const steps = fixGradients(loss, y, weight, scores, columns.inBag, work, columns.gradients);
      const grown = await session.grow({ ...steps, features: drawFeatures(rows.features, settings.featureShare, context.seed, round) });
      const values = leafValues(grown, training, columns, scores, settings);
      if (grown.leaf.length > 0) for (let row = 0; row < x.n; row++) scores[row]! += values[columns.leafOf[row]!]!;
      else if (settings.rowShare === 1 && settings.featureShare === 1) break;
      trees.push(linkTree(grown, grown.leaf.length > 0 ? values : new Float64Array(1)));
      if (settings.heldOut === null) continue;
      heldOutLosses.push(heldOutLoss(loss, y, weight, scores, learns));
      if (heldOutLosses[round]! < heldOutLosses[best]!) best = round;
      if (round - best >= settings.patience) break;
    }
  } finally {
    session.close();
  }
  return { bins, monotone, loss, start, trees: settings.heldOut === null ? trees : trees.slice(0, best + 1), heldOutLosses };
}

function directionsOf({ x }: Training, { monotone }: BoostingSettings): Int8Array | Refusal {
  const directions = new Int8Array(x.columns.length);
  for (const [name, direction] of Object.entries(monotone)) {
    const feature = x.names.indexOf(name);
    if (feature < 0 || x.categorical?.includes(feature)) {
      return refuse('unsupported_combination', `boosting can hold only numeric features monotone; ${name} is ${feature < 0 ? 'no feature' : 'categorical'}`,
        `Name some of ${x.names.filter((_, index) => !x.categorical?.includes(index)).join(', ')}.`);
    }
    directions[feature] = direction === 'rising' ? 1 : -1;
  }
  return directions;
}

/** 1 for rows that trees learn from: those with weight that are not held out. */
function learningRows({ x, y, weight, cluster }: Training, { heldOut, loss }: BoostingSettings, seed: number): Uint8Array | Refusal {
  const learns = Uint8Array.from({ length: x.n }, (_, row) => (!weight || weight[row]! > 0 ? 1 : 0));
  if (heldOut === null) return learns;
  const folds = planFolds(x.n, { folds: Math.max(2, Math.round(1 / heldOut)), ...(cluster && { cluster }), ...(loss === 'logistic' && { stratify: y }) }, seed);
  if (isRefusal(folds)) return folds;
  const held = folds.splits[0]!.test;
  if (weight && held.every((row) => weight[row] === 0)) {
    return refuse('too_few_units', 'boosting holds out rows to decide when to stop, and none of them has weight', 'Drop the rows without weight, or hold out none.');
  }
  for (const row of held) learns[row] = 0;
  return learns;
}

/** Weighted mean, or weighted quantile, of the outcomes that are learned from. */
function centreOf(y: Float64Array, weight: Float64Array | null, learns: Uint8Array, { loss, quantile }: BoostingSettings): number {
  const rows = Int32Array.from(learns.keys()).filter((row) => learns[row] === 1);
  if (loss === 'quantile') return weightedQuantile(Float64Array.from(rows, (row) => y[row]!), weight && Float64Array.from(rows, (row) => weight[row]!), quantile);
  let sum = 0;
  let total = 0;
  for (const row of rows) {
    const w = weight ? weight[row]! : 1;
    sum += w * y[row]!;
    total += w;
  }
  return sum / total;
}

function drawBag(inBag: Uint8Array, learns: Uint8Array, share: number, seed: number, round: number): void {
  inBag.set(learns);
  if (share === 1) return;
  const random = stream(seed, BAG_STREAM, round);
  for (let row = 0; row < inBag.length; row++) if (random.uniform() >= share) inBag[row] = 0;
}

function drawFeatures(features: number, share: number, seed: number, round: number): Int32Array {
  const all = Int32Array.from({ length: features }, (_, feature) => feature);
  if (share === 1) return all;
  stream(seed, FEATURE_STREAM, round).shuffle(all);
  return all.slice(0, Math.max(1, Math.round(share * features))).sort();
}

/** What leaves add: Newton steps, or quantiles of what is left of the outcomes, shrunk. */
function leafValues(grown: GrownTree, { y, weight }: Training, columns: BoostingColumns, scores: Float64Array, settings: BoostingSettings): Float64Array {
  const outputs = settings.loss === 'quantile' ? renewOutputs(grown, y, weight ?? null, columns, scores, settings.quantile) : grown.outputs;
  return outputs.map((output) => output * settings.learningRate);
}

function heldOutLoss(loss: Loss, y: Float64Array, weight: Float64Array | null, scores: Float64Array, learns: Uint8Array): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < y.length; row++) {
    if (learns[row] === 1) continue;
    const w = weight ? weight[row]! : 1;
    sum += w * loss.lossOf(y[row]!, scores[row]!);
    total += w;
  }
  return sum / total;
}
