import { boostingLearner, predictBoosted, type FittedBoosting, type ScoringBoosting } from '../learners/boosting/boosting.js';
import type { BoostingSettings } from '../learners/boosting/settings.js';
import type { Features, LearningContext } from '../learners/learner.js';
import { isRefusal, type Refusal } from '../refusal.js';
import type { EffectData, EffectMethod } from './effect-data.js';
import { effectParts, effectsOfParts, type EffectPart, type PartedKind } from './effect-parts.js';
import { metaLearner, type MetaOptions } from './meta-learners.js';

/** A meta-learner over gradient boosting, as far as predictions need it: nothing of the rows that it learned from. */
export interface BoostedEffects {
  readonly family: 'boosted_effects';
  readonly kind: PartedKind;
  readonly features: readonly string[];
  /** features whose values are codes of levels, by index */
  readonly categorical: readonly number[];
  readonly parts: Readonly<Partial<Record<EffectPart, ScoringBoosting>>>;
  /** propensities are held within these */
  readonly bounds: readonly [number, number];
}

/** A meta-learner whose learners are all boosted. */
export const boostedMethod = (kind: PartedKind, settings: Partial<BoostingSettings>, options: MetaOptions, context: LearningContext): EffectMethod =>
  metaLearner(kind, {
    outcome: boostingLearner('regression', settings), propensity: boostingLearner('classification', settings), effect: boostingLearner('regression', settings),
  }, options, context);

/** Learns effects by boosting. Refuses what the learners refuse. */
export async function boostEffects(
  kind: PartedKind, data: EffectData, settings: Partial<BoostingSettings>, options: MetaOptions, context: LearningContext,
): Promise<BoostedEffects | Refusal> {
  const fitted = await boostedMethod(kind, settings, options, context).fit(data, context.seed);
  if (isRefusal(fitted)) return fitted;
  const { names, categorical = [] } = data.x;
  const models = effectParts[kind].map((part) => [part, scoringOf((fitted.parts![part] as FittedBoosting).model)] as const);
  return { family: 'boosted_effects', kind, features: names, categorical, parts: Object.fromEntries(models), bounds: options.bounds };
}

const scoringOf = ({ bins, loss, start, trees }: ScoringBoosting): ScoringBoosting =>
  ({ bins, loss, start, trees: trees.map(({ feature, masks, left, right, values }) => ({ feature, masks, left, right, values })) });

/** Effects of units in units of the outcome, shape (n). @param columns  one a feature, in the order of the model; NaN is missing */
export function predictBoostedEffects({ kind, features, categorical, parts, bounds }: BoostedEffects, columns: readonly Float64Array[]): Float64Array {
  const x: Features = { n: columns[0]?.length ?? 0, names: features, columns, categorical };
  return effectsOfParts(kind, (part) => predictBoosted(parts[part]!, x), bounds);
}
