import type { Features, Fitted, Learner } from '../learners/learner.js';
import { featuresOf } from '../learners/training.js';
import type { Refusal } from '../refusal.js';
import type { EffectPart } from './effect-parts.js';

/** Units of two arms to learn effects from; every column of shape (n). */
export interface EffectData {
  readonly x: Features;
  readonly y: Float64Array;
  /** 1 treated, 0 control */
  readonly d: Float64Array;
  readonly weight?: Float64Array;
  readonly cluster?: Int32Array;
}

/** Who learns what. */
export interface EffectLearners {
  /** E[Y | ...], a regression */
  readonly outcome: Learner;
  /** P(D = 1 | X), a classifier */
  readonly propensity: Learner;
  /** tau(X), a regression that takes weights */
  readonly effect: Learner;
}

/** Effects of units: tau(x), in units of the outcome. */
export interface EffectModel {
  /** shape (rows of x); refuses rows of other columns than it learned from */
  predict(x: Features): Promise<Float64Array | Refusal>;
  /** the models that effects follow from, of meta-learners that are made of models of the covariates */
  readonly parts?: EffectModels;
}

/** Fitted models by the part that they play. */
export type EffectModels = Readonly<Partial<Record<EffectPart, Fitted>>>;

/** How effects are learned from some rows. */
export interface EffectMethod {
  readonly name: string;
  fit(data: EffectData, seed: number): Promise<EffectModel | Refusal>;
  /** effects of rows by what did not see them, where the method has a cheaper way than a model a fold, shape (n) */
  outOfSample?(data: EffectData, seed: number): Promise<Float64Array | Refusal>;
}

/** The listed rows, in that order. */
export function effectRows({ x, y, d, weight, cluster }: EffectData, rows: Int32Array): EffectData {
  const take = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  return {
    x: featuresOf(x, rows), y: take(y), d: take(d),
    ...(weight && { weight: take(weight) }), ...(cluster && { cluster: Int32Array.from(rows, (row) => cluster[row]!) }),
  };
}
