import { z } from 'zod';
import type { CausalChoices, CausalData, CausalForest } from '../../forest/causal-forest.js';
import type { EngineOptions, ForestEngine } from '../../forest/forest-engine.js';
import type { OverlapRule } from '../../forest/overlap.js';
import { growTunedCausalForest } from '../../forest/tuned-causal-forest.js';
import type { Refusal } from '../../refusal.js';
import { referenceEngine } from '../../forest/reference/reference-engine.js';
import { categoriesWithGaps, level, numeric, numericsWithGaps, optionalCategory, optionalNumeric, type Category, type DataOf, type EstimationContext } from '../estimator.js';

/** Columns of every estimator that grows a causal forest. */
export const forestRoles = {
  outcome: numeric('outcome of each unit'),
  treatment: numeric('1 for treated and 0 for control units, or a continuous dose'),
  covariates: numericsWithGaps('measured before treatment; all confounders, and what the effect may depend on; a missing value is a value of its own'),
  categories: categoriesWithGaps('covariates whose values have no order, such as a country; at most 255 levels each'),
  weight: optionalNumeric('sample weight of each unit, at least 0'),
  cluster: optionalCategory('units of one cluster are drawn together and count as one for errors'),
} as const;
type ForestColumns = DataOf<typeof forestRoles>;

/** Options of every estimator that grows a causal forest. */
export const forestOptions = {
  trees: z.number().int().min(50).max(20_000).default(2000).describe('trees of the causal forest; nuisance forests have a quarter'),
  minNodeSize: z.number().int().min(1).nullable().default(null).describe('units below and above the mean treatment that each child of a split keeps; null: 5 or 7, whichever has less out-of-bag R-loss'),
  honestyFraction: z.number().gt(0).lt(1).default(0.5).describe('share of a tree\'s units that places splits; the others estimate its leaves'),
  sampleFraction: z.number().gt(0).max(0.5).default(0.5).describe('share of units that a tree draws without replacement'),
  alpha: z.number().min(0).max(0.25).default(0.05).describe('least share of a node\'s treatment variation that a child keeps'),
  propensity: z.number().gt(0).lt(1).nullable().default(null).describe('share treated by design, when treatment was randomised alike for all; null: estimated'),
  lowestPropensity: z.number().min(0).lt(0.5).default(0.01).describe('lowest propensity that is weighted by'),
  highestPropensity: z.number().gt(0.5).max(1).default(0.99).describe('highest propensity that is weighted by'),
  beyondBounds: z.enum(['refuse', 'trim']).default('refuse').describe('what happens to rows outside the bounds'),
  level,
} as const;
type ForestOptions = z.output<z.ZodObject<typeof forestOptions>>;

/** Leaf size of forests that do not choose it. */
export const minNodeSize = z.number().int().min(1).default(5).describe('units below and above the mean treatment (or instrument) that each child of a split keeps');

/**
 * grf's leaf size, and one that suits weak heterogeneity; a larger second size would cost coverage.
 *
 * Chosen on 24 data sets of grf's 12 designs, where errors of tau(x) are at most its own on 10 of them (6 at size 5 alone) and coverage is half a
 * point below. On 41 data sets of other seeds, not chosen on: errors at most its own on 9 designs (5 at size 5 alone), 0.974 of its own on average
 * (0.998); coverage 1.5 points below its own (0.5), most where effects hardly differ.
 */
export const LEAF_SIZES = [5, 7] as const;

/** What a forest is grown from and by. */
export interface ForestInput {
  readonly engine: ForestEngine;
  readonly data: CausalData;
  readonly choices: Omit<CausalChoices, 'minNodeSize'>;
  /** to choose among */
  readonly leafSizes: readonly [number, ...number[]];
  readonly overlap: OverlapRule;
  readonly engineOptions: EngineOptions;
}

/** Columns and options as the forest takes them: categories after covariates, as codes. */
export function forestInput(columns: ForestColumns, chosen: ForestOptions, context: EstimationContext): ForestInput {
  const { outcome, treatment, covariates, categories, weight, cluster } = columns;
  const { trees, minNodeSize: leafSize, honestyFraction, sampleFraction, alpha } = chosen;
  return {
    engine: context.forests ?? referenceEngine,
    data: {
      features: [...covariates, ...categories].map(({ name }) => name),
      x: [...covariates.map(({ values }) => values), ...categories.map(codesOf)],
      categorical: categories.map((_, i) => covariates.length + i),
      y: outcome.values, w: treatment.values, weight: weight?.values ?? null, cluster: cluster?.codes ?? null,
      ...(chosen.propensity !== null && { wHat: new Float64Array(outcome.values.length).fill(chosen.propensity) }),
    },
    leafSizes: leafSize === null ? LEAF_SIZES : [leafSize],
    choices: { trees, honestyFraction, sampleFraction, alpha, seed: context.seed },
    overlap: { bounds: [chosen.lowestPropensity, chosen.highestPropensity], beyond: chosen.beyondBounds },
    engineOptions: { ...(context.signal && { signal: context.signal }), ...(context.onProgress && { onProgress: context.onProgress }) },
  };
}

/** The forest of these columns and options. */
export const growForest = ({ engine, data, choices, leafSizes }: ForestInput, options: EngineOptions): Promise<CausalForest | Refusal> =>
  growTunedCausalForest(engine, data, choices, leafSizes, options);

const codesOf = ({ codes }: Category): Float64Array => Float64Array.from(codes, (code) => (code < 0 ? NaN : code));
