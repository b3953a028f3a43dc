import { augmentedScores } from '../dml/augmented.js';
import { crossFit } from '../learners/cross-fit.js';
import { planFolds } from '../learners/folds.js';
import type { Features, Fitted, Learner, LearningContext, Training } from '../learners/learner.js';
import { trainingOf } from '../learners/training.js';
import { isRefusal, type Refusal } from '../refusal.js';
import type { EffectData, EffectLearners, EffectMethod, EffectModels } from './effect-data.js';
import { effectsOfParts, within, type PartedKind } from './effect-parts.js';

export const metaLearners = ['s', 't', 'x', 'r', 'dr'] as const;
export type MetaLearner = (typeof metaLearners)[number];

export interface MetaOptions {
  /** of the cross-fitting inside r and dr */
  readonly folds: number;
  /** propensities are held within these before they are divided by */
  readonly bounds: readonly [number, number];
}

/** What a meta-learner is made of. */
interface Parts extends EffectLearners, MetaOptions { readonly context: LearningContext }

/**
 * A meta-learner over any learners.
 *
 * s: one outcome model with the treatment as a column. t: one a arm. x: outcomes less the other arm's model, by arm, mixed by the propensity.
 * r: residuals of the outcome over those of the treatment, weighted by their squares. dr: doubly robust scores on covariates.
 * r and dr cross-fit their nuisances among the rows that they are given, clusters kept whole. Refuses what a learner refuses.
 * @see Kuenzel, Sekhon, Bickel, Yu (2019), PNAS 116(10); Nie, Wager (2021), Biometrika 108(2); Kennedy (2023), Electronic Journal of Statistics 17(2)
 */
export function metaLearner(kind: MetaLearner, learners: EffectLearners, options: MetaOptions, context: LearningContext): EffectMethod {
  return {
    name: kind,
    async fit(data, seed) {
      const model = await fits[kind](data, { ...learners, ...options, context: { ...context, seed } });
      return isRefusal(model) ? model : { predict: async (x) => model.predict(x), ...(model.parts && { parts: model.parts }) };
    },
  };
}

interface FittedEffects extends Fitted { readonly parts?: EffectModels }

const parted = (kind: PartedKind, parts: EffectModels, bounds: MetaOptions['bounds']): FittedEffects =>
  ({ parts, predict: (x) => effectsOfParts(kind, (part, arm) => parts[part]!.predict(arm === undefined ? x : inArm(x, arm)), bounds) });

const fits: { readonly [K in MetaLearner]: (data: EffectData, parts: Parts) => Promise<FittedEffects | Refusal> } = {
  async s(data, { outcome, context, bounds }) {
    const model = await outcome.fit({ ...trainingFor(data, data.y), x: withTreatment(data.x, data.d) }, context);
    return isRefusal(model) ? model : parted('s', { outcome: model }, bounds);
  },

  async t(data, parts) {
    const arms = await armModels(data, parts);
    return isRefusal(arms) ? arms : parted('t', { ...arms }, parts.bounds);
  },

  async x(data, parts) {
    const { effect, propensity, context, bounds } = parts;
    const arms = await armModels(data, parts);
    if (isRefusal(arms)) return arms;
    const [mu0, mu1] = [arms.control.predict(data.x), arms.treated.predict(data.x)];
    const imputed = data.y.map((y, row) => (data.d[row] === 1 ? y - mu0[row]! : mu1[row]! - y));
    const models = await perArm(data, imputed, effect, context);
    if (isRefusal(models)) return models;
    const share = await propensity.fit(trainingFor(data, data.d), context);
    return isRefusal(share) ? share : parted('x', { ...models, propensity: share }, bounds);
  },

  async r(data, { outcome, propensity, effect, folds: count, bounds, context }) {
    const folds = foldsFor(data, count, context.seed);
    if (isRefusal(folds)) return folds;
    const mean = await crossFit(outcome, trainingFor(data, data.y), folds, context);
    if (isRefusal(mean)) return mean;
    const share = await crossFit(propensity, trainingFor(data, data.d), folds, context);
    if (isRefusal(share)) return share;
    const left = data.d.map((d, row) => d - within(share.predictions[row]!, bounds));
    const weight = left.map((value, row) => (data.weight ? data.weight[row]! : 1) * value * value);
    const model = await effect.fit({ ...trainingFor(data, data.y.map((y, row) => (y - mean.predictions[row]!) / left[row]!)), weight }, context);
    return isRefusal(model) ? model : parted('r', { effect: model }, bounds);
  },

  async dr(data, parts) {
    const { effect, context, bounds } = parts;
    const scores = await crossFittedScores(data, parts);
    if (isRefusal(scores)) return scores;
    const model = await effect.fit(trainingFor(data, scores), context);
    return isRefusal(model) ? model : parted('dr', { effect: model }, bounds);
  },
};

async function crossFittedScores(data: EffectData, { outcome, propensity, folds: count, bounds, context }: Parts): Promise<Float64Array | Refusal> {
  const folds = foldsFor(data, count, context.seed);
  if (isRefusal(folds)) return folds;
  const training = trainingFor(data, data.y);
  const control = await crossFit(outcome, training, folds, context, data.d.map((d) => 1 - d));
  if (isRefusal(control)) return control;
  const treated = await crossFit(outcome, training, folds, context, data.d);
  if (isRefusal(treated)) return treated;
  const share = await crossFit(propensity, trainingFor(data, data.d), folds, context);
  if (isRefusal(share)) return share;
  return augmentedScores(data.y, data.d, { control: control.predictions, treated: treated.predictions, propensity: share.predictions.map((e) => within(e, bounds)) });
}

interface ArmModels { readonly control: Fitted; readonly treated: Fitted }

const armModels = (data: EffectData, { outcome, context }: Parts): Promise<ArmModels | Refusal> => perArm(data, data.y, outcome, context);

/** A model of `target` among the controls, and one among the treated. */
async function perArm(data: EffectData, target: Float64Array, learner: Learner, context: LearningContext): Promise<ArmModels | Refusal> {
  const rows = Int32Array.from(data.d.keys());
  const among = (arm: number) => learner.fit(trainingOf(trainingFor(data, target), rows.filter((row) => data.d[row] === arm)), context);
  const control = await among(0);
  if (isRefusal(control)) return control;
  const treated = await among(1);
  return isRefusal(treated) ? treated : { control, treated };
}

const trainingFor = ({ x, weight, cluster }: EffectData, y: Float64Array): Training => ({ x, y, ...(weight && { weight }), ...(cluster && { cluster }) });

const foldsFor = ({ x, d, cluster }: EffectData, folds: number, seed: number) => planFolds(x.n, { folds, ...(cluster && { cluster }), stratify: d }, seed);

const withTreatment = (x: Features, d: Float64Array): Features => ({ ...x, names: [...x.names, 'treatment'], columns: [...x.columns, d] });

/** The rows as if all were in one arm. */
export const inArm = (x: Features, arm: 0 | 1): Features => withTreatment(x, new Float64Array(x.n).fill(arm));
