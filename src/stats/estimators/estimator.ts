import { z } from 'zod';
import type { ForestEngine } from '../forest/forest-engine.js';
import type { BoostingEngine } from '../learners/boosting/growth.js';
import type { PolicyEngine } from '../policy/policy-engine.js';
import type { UpliftEngine } from '../uplift/forest/uplift-engine.js';
import type { Refusal } from '../refusal.js';

/** A column that an estimator asks for, by the role it plays. */
export interface Role<K extends RoleKind = RoleKind, Many extends boolean = boolean, Required extends boolean = boolean> {
  readonly kind: K;
  /** several columns may play the role */
  readonly many: Many;
  readonly required: Required;
  /** missing values are legal: NaN in a numeric column, code -1 in a categorical one; otherwise rows with one are left out or refused */
  readonly mayBeMissing?: true;
  readonly description: string;
}
export type RoleKind = 'numeric' | 'category';

/** A categorical column: `codes[i]` indexes `levels`, which are sorted; -1 is missing, where the role allows it. */
export interface Category {
  readonly name: string;
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}
/** A numeric column: finite values, and NaN for missing where the role allows it. */
export interface Numeric {
  readonly name: string;
  readonly values: Float64Array;
}

type ColumnOf<K extends RoleKind> = K extends 'numeric' ? Numeric : Category;
type RoleData<R> = R extends Role<infer K, infer Many, infer Required>
  ? Many extends true ? readonly ColumnOf<K>[] : Required extends true ? ColumnOf<K> : ColumnOf<K> | undefined
  : never;
export type Roles = Readonly<Record<string, Role>>;
export type DataOf<R extends Roles> = { readonly [K in keyof R]: RoleData<R[K]> };

export const numeric = (description: string) => ({ kind: 'numeric', many: false, required: true, description }) as const;
export const category = (description: string) => ({ kind: 'category', many: false, required: true, description }) as const;
export const optionalNumeric = (description: string) => ({ kind: 'numeric', many: false, required: false, description }) as const;
export const optionalCategory = (description: string) => ({ kind: 'category', many: false, required: false, description }) as const;
export const categories = (description: string) => ({ kind: 'category', many: true, required: true, description }) as const;
/** Columns whose missing values mean something to the estimator, such as covariates of a forest. */
export const numericsWithGaps = (description: string) => ({ kind: 'numeric', many: true, required: false, mayBeMissing: true, description }) as const;
export const categoriesWithGaps = (description: string) => ({ kind: 'category', many: true, required: false, mayBeMissing: true, description }) as const;
export const optionalCategories = (description: string) => ({ kind: 'category', many: true, required: false, description }) as const;
export const numerics = (description: string) => ({ kind: 'numeric', many: true, required: false, description }) as const;

export interface EstimationContext {
  /** seed of the counter-based streams */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** who grows trees; absent: the plain TypeScript reference, slower with the same bytes */
  readonly forests?: ForestEngine;
  /** who grows boosted trees; absent: likewise */
  readonly boosting?: BoostingEngine;
  /** who searches policy trees; absent: likewise */
  readonly policies?: PolicyEngine;
  /** who grows uplift trees; absent: this thread */
  readonly uplift?: UpliftEngine;
  /** called with the share of the work that is done, in [0, 1] */
  readonly onProgress?: (share: number) => void;
}

/**
 * One declaration, from which validation, GraphQL types, CLI help, JSON Schema, docs and the test battery derive.
 * Options and results are zod objects whose fields are described with their units.
 */
export interface Estimator<
  Name extends string = string, R extends Roles = Roles, O extends z.ZodObject = z.ZodObject, Y extends z.ZodObject = z.ZodObject,
> {
  readonly name: Name;
  readonly title: string;
  /** what is estimated, as a formula in words or symbols */
  readonly estimand: string;
  readonly references: readonly [string, ...string[]];
  readonly data: R;
  readonly options: O;
  readonly result: Y;
  estimate(data: DataOf<R>, options: z.output<O>, context: EstimationContext): z.output<Y> | Refusal | Promise<z.output<Y> | Refusal>;
}

export const defineEstimator = <N extends string, R extends Roles, O extends z.ZodObject, Y extends z.ZodObject>(
  estimator: Estimator<N, R, O, Y>,
): Estimator<N, R, O, Y> => estimator;

/** Options that many estimators share. */
export const level = z.number().gt(0).lt(1).default(0.95).describe('confidence level of the interval, a fraction');

/** Options that cannot be answered whatever the data say: a fault of the input, with the field to blame. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  constructor(
    message: string,
    /** where in the options, or in the columns */
    readonly path: readonly (string | number)[],
  ) { super(message); }
}
