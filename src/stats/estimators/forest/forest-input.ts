import { z } from 'zod';
import type { CausalChoices, CausalData, CausalForest } from '../../forest/causal-forest.js';
import type { EngineOptions, ForestEngine } from '../../forest/forest-engine.js';
import { localCorrection, withLocalCorrection } from '../../forest/local-linear-effects.js';
import type { OverlapRule } from '../../forest/overlap.js';
import { EFFECT_DEFAULTS, growTunedCausalForest } from '../../forest/tuned-causal-forest.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { referenceEngine } from '../../forest/reference/reference-engine.js';
import { categoriesWithGaps, level, numeric, numericsWithGaps, optionalCategory, optionalNumeric, OptionsError, type Category, type DataOf, type EstimationContext } from '../estimator.js';

/** Columns of every estimator that grows a causal forest. */
export const forestRoles = {
  outcome: numeric('outcome of each unit'),
  treatment: numeric('1 for treated and 0 for control units, or a continuous dose'),
  covariates: numericsWithGaps('measured before treatment; all confounders, and what the effect may depend on; a missing value is a value of its own'),
  categories: categoriesWithGaps('covariates whose values have no order, such as a country; at most 255 levels each'),
  weight: optionalNumeric('sample weight of each unit, at least 0'),
  cluster: optionalCategory('units of one cluster are drawn together and count as one for errors'),
} as const;

/** Columns of estimators that average the effects of one treatment. */
export const designedRoles = {
  ...forestRoles,
  propensity: optionalNumeric('chance of the treatment of each unit by design, in (0, 1), where units had different ones; absent: estimated, unless the option says it'),
} as const;
type ForestColumns = DataOf<typeof forestRoles> & Partial<Pick<DataOf<typeof designedRoles>, 'propensity'>>;

/** Options of every estimator that grows a causal forest. */
export const forestOptions = {
  trees: z.number().int().min(50).max(20_000).default(2000).describe('trees of the causal forest; nuisance forests have at most a quarter, at least 50'),
  minNodeSize: z.number().int().min(1).nullable().default(null).describe('units below and above the mean treatment that each child of a split keeps; null: 10, or 5 where its out-of-bag R-loss is less by two standard errors'),
  honestyFraction: z.number().gt(0).lt(1).default(EFFECT_DEFAULTS.honestyFraction).describe('share of a tree\'s units that places splits; the others estimate its leaves'),
  sampleFraction: z.number().gt(0).max(0.5).default(0.5).describe('share of units that a tree draws without replacement'),
  alpha: z.number().min(0).max(0.25).default(0.05).describe('least share of a node\'s treatment variation that a child keeps'),
  mtry: z.number().gt(0).max(800).nullable().default(null).describe('mean number of covariates tried in a node; null: min(sqrt(p) + 20, p)'),
  equalizeClusters: z.boolean().default(false).describe('whether every cluster has one voice: trees draw as many units from each as the smallest has, and averages weight units by 1 / cluster size'),
  propensity: z.number().gt(0).lt(1).nullable().default(null).describe('share treated by design, when treatment was randomised alike for all; null: estimated'),
  lowestPropensity: z.number().min(0).lt(0.5).default(0.01).describe('lowest propensity that is weighted by'),
  highestPropensity: z.number().gt(0.5).max(1).default(0.99).describe('highest propensity that is weighted by'),
  beyondBounds: z.enum(['refuse', 'trim']).default('refuse').describe('what happens to rows outside the bounds'),
  level,
} as const;
type ForestOptions = z.output<z.ZodObject<typeof forestOptions>> & { readonly localLinear?: boolean };

/** Options of estimators that read a causal forest's effects at its own units. */
export const correctedForestOptions = {
  ...forestOptions,
  localLinear: z.boolean().default(false).describe('whether effects are corrected by ridge regressions with forest weights on the covariates that matter, their penalty chosen by out-of-bag R-loss'),
} as const;

/**
 * Options of estimators that grow another forest of effects: grf's leaves, and halves as a causal forest has them.
 *
 * On ten designs (several arms, instruments, censored times; with weights, clusters and a rare arm) errors were 0.985 of grf's on average with three fifths of a
 * tree placing its splits, 1.005 with its half, and intervals covered 6 points more often than grf's, which cover 83 % of the time.
 */
export const otherForestOptions = {
  ...forestOptions,
  minNodeSize: z.number().int().min(1).default(5).describe('units below and above the mean treatment (or instrument) that each child of a split keeps'),
} as const;

/** What a forest is grown from and by. */
export interface ForestInput {
  readonly engine: ForestEngine;
  readonly data: CausalData;
  readonly choices: Omit<CausalChoices, 'minNodeSize'>;
  /** to choose among, the preferred one first */
  readonly leafSizes: readonly [number, ...number[]];
  readonly localLinear: boolean;
  readonly overlap: OverlapRule;
  readonly engineOptions: EngineOptions;
}

/**
 * Columns and options as the forest takes them: categories after covariates, as codes.
 * @throws OptionsError where the propensity is given twice, or clusters are to be equal that are not there or have weights
 */
export function forestInput(columns: ForestColumns, chosen: ForestOptions, context: EstimationContext): ForestInput {
  const { outcome, treatment, covariates, categories, weight, cluster } = columns;
  const { trees, minNodeSize: leafSize, honestyFraction, sampleFraction, alpha, mtry, equalizeClusters } = chosen;
  if (columns.propensity && chosen.propensity !== null) throw new OptionsError('options.propensity and columns.propensity exclude each other', ['options', 'propensity']);
  if (equalizeClusters && (!cluster || weight)) throw new OptionsError('options.equalizeClusters needs columns.cluster, and no columns.weight', ['options', 'equalizeClusters']);
  return {
    engine: context.forests ?? referenceEngine,
    data: {
      features: [...covariates, ...categories].map(({ name }) => name),
      x: [...covariates.map(({ values }) => values), ...categories.map(codesOf)],
      categorical: categories.map((_, i) => covariates.length + i),
      y: outcome.values, w: treatment.values, weight: weight?.values ?? null, cluster: cluster?.codes ?? null,
      ...(columns.propensity && { wHat: columns.propensity.values }),
      ...(chosen.propensity !== null && { wHat: new Float64Array(outcome.values.length).fill(chosen.propensity) }),
    },
    localLinear: chosen.localLinear ?? false,
    leafSizes: leafSize === null ? EFFECT_DEFAULTS.leafSizes : [leafSize],
    choices: { trees, honestyFraction, sampleFraction, alpha, equalizeClusters, ...(mtry !== null && { mtry }), seed: context.seed },
    overlap: { bounds: [chosen.lowestPropensity, chosen.highestPropensity], beyond: chosen.beyondBounds },
    engineOptions: { ...(context.signal && { signal: context.signal }), ...(context.onProgress && { onProgress: context.onProgress }) },
  };
}

/** The forest of these columns and options. */
export async function growForest({ engine, data, choices, leafSizes, localLinear }: ForestInput, options: EngineOptions): Promise<CausalForest | Refusal> {
  const forest = await growTunedCausalForest(engine, data, choices, leafSizes, options);
  if (isRefusal(forest) || !localLinear) return forest;
  const correction = localCorrection(forest, data);
  return isRefusal(correction) ? correction : withLocalCorrection(forest, correction);
}

const codesOf = ({ codes }: Category): Float64Array => Float64Array.from(codes, (code) => (code < 0 ? NaN : code));
