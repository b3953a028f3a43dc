import { keptLearner, neededBy, predictKept, usesOf, type KeptLearner } from '../learners/kept/kept.js';
import type { Features, LearningContext } from '../learners/learner.js';
import { isRefusal, type Refusal } from '../refusal.js';
import type { EffectData, EffectLearners } from './effect-data.js';
import { effectParts, effectsOfParts, type EffectPart, type PartedKind } from './effect-parts.js';
import { inArm, metaLearner, type MetaOptions } from './meta-learners.js';

/** A meta-learner as far as predictions need it: nothing of the rows that it learned from. */
export interface LearnedEffects {
  readonly family: 'learned_effects';
  readonly kind: PartedKind;
  readonly features: readonly string[];
  /** features whose values are codes of levels, by index */
  readonly categorical: readonly number[];
  readonly parts: Readonly<Partial<Record<EffectPart, KeptLearner>>>;
  /** propensities are held within these */
  readonly bounds: readonly [number, number];
}

/** Learns effects by learners of `keptNames`. Refuses what the learners refuse. */
export async function learnEffects(kind: PartedKind, data: EffectData, learners: EffectLearners, options: MetaOptions, context: LearningContext): Promise<LearnedEffects | Refusal> {
  const fitted = await metaLearner(kind, learners, options, context).fit(data, context.seed);
  if (isRefusal(fitted)) return fitted;
  const { names, categorical = [] } = data.x;
  const parts = effectParts[kind].map((part) => [part, keptLearner(fitted.parts![part]!, part === 'propensity' ? 'classification' : 'regression')] as const);
  return { family: 'learned_effects', kind, features: names, categorical, parts: Object.fromEntries(parts), bounds: options.bounds };
}

/** Effects of units in units of the outcome, and whether all that they need is there, shape (n). */
export interface LearnedScores { readonly estimates: Float64Array; readonly isIdentified: Uint8Array }

/** @param columns  one a feature, in the order of the model; NaN is missing */
export function predictLearnedEffects({ kind, features, categorical, parts, bounds }: LearnedEffects, columns: readonly Float64Array[]): LearnedScores {
  const x: Features = { n: columns[0]?.length ?? 0, names: features, columns, categorical };
  const needed = neededFeatures(parts).filter((feature) => feature < features.length);
  const isIdentified = Uint8Array.from({ length: x.n }, (_, row) => Number(needed.every((feature) => !Number.isNaN(columns[feature]![row]!))));
  const estimates = effectsOfParts(kind, (part, arm) => predictKept(parts[part]!, arm === undefined ? x : inArm(x, arm)), bounds);
  return { estimates: estimates.map((value, row) => (isIdentified[row] === 1 ? value : 0)), isIdentified };
}

const neededFeatures = (parts: LearnedEffects['parts']): number[] => [...new Set(Object.values(parts).flatMap(neededBy))];

/** Share of the predicting that each feature does, over all parts, shape (features); the treatment of an s-learner is left out. */
export function effectImportance({ features, categorical, parts }: LearnedEffects, { columns, n }: Features, d: Float64Array): Float64Array {
  const total = new Float64Array(features.length);
  const x: Features = { n, names: [...features, 'treatment'], columns: [...columns, d], categorical };
  for (const part of Object.values(parts)) usesOf(part, x).forEach((use, feature) => { if (feature < features.length) total[feature]! += use; });
  const sum = total.reduce((all, use) => all + use, 0);
  return sum > 0 ? total.map((use) => use / sum) : total;
}
