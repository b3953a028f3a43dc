import { z } from 'zod';
import { boostedBinning } from '../../compute/onnx/boosted-tables.js';
import { boostedGraph } from '../../compute/onnx/boosted-graph.js';
import { boostedMethod, boostEffects, predictBoostedEffects, type BoostedEffects } from '../../stats/cate/boosted-effects.js';
import { loadBoostedEffects, saveBoostedEffects } from '../../stats/cate/boosted-file.js';
import { boostedMetrics } from '../../stats/cate/boosted-metrics.js';
import type { PartedKind } from '../../stats/cate/effect-parts.js';
import { crossFittingOptions, featuresOf, overlapOptions, overlapRule } from '../../stats/estimators/dml/causal-columns.js';
import { checkSample } from '../../stats/dml/sample.js';
import { probeUnits } from '../../stats/forest/probe-units.js';
import type { Features } from '../../stats/learners/learner.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import type { EffectScorer, ModelKind } from './kind.js';
import { rateOf, rateOptions } from './rate-options.js';

const options = z.strictObject({
  trees: z.int().min(1).max(5000).default(500).describe('trees of each boosted model, at most'),
  learningRate: z.number().gt(0).max(1).default(0.1).describe('what the outputs of a tree are multiplied by'),
  maxLeaves: z.int().min(2).max(1024).default(31).describe('leaves of a tree, at most'),
  minRows: z.int().min(1).default(20).describe('rows of a leaf, at least'),
  l2: z.number().min(0).default(0).describe('ridge penalty on leaf outputs'),
  rowShare: z.number().gt(0).max(1).default(1).describe('share of rows that a tree is shown, a fraction'),
  featureShare: z.number().gt(0).max(1).default(1).describe('share of features that a tree is shown, a fraction'),
  heldOut: z.number().gt(0).max(0.5).nullable().default(0.1).describe('share of rows held out to decide when to stop, a fraction; null: all trees are kept'),
  patience: z.int().min(1).default(20).describe('trees without a new least held-out loss that end the boosting'),
  folds: crossFittingOptions.folds, ...overlapOptions, ...rateOptions, level: crossFittingOptions.level,
});

const emptyColumn = ({ names, columns }: Features): Refusal | null => {
  const empty = columns.findIndex((column) => column.every(Number.isNaN));
  return empty < 0 ? null : refuse('zero_variance', `column ${names[empty]} has no value that is not missing`, 'Drop the column.');
};

const NAMES = { t: 't-learner', x: 'x-learner', r: 'r-learner', dr: 'dr-learner' } as const;

/** A meta-learner over gradient boosting. */
export const boostedKind = (kind: PartedKind, reference: string): ModelKind => ({
  title: `${NAMES[kind]} over gradient boosting, without variances`,
  references: [reference, 'Yadlowsky, Fleming, Shah, Brunskill, Wager (2025), JASA'],
  options,
  async train({ outcome, treatment, covariates, categories, weight, cluster }, given, context) {
    const { folds, rate, replicates, level, lowestPropensity, highestPropensity, beyondBounds, ...settings } = given as z.output<typeof options>;
    const overlap = overlapRule({ lowestPropensity, highestPropensity, beyondBounds });
    const data = {
      x: featuresOf(covariates, categories, outcome.values.length), y: outcome.values, d: treatment.values,
      ...(weight && { weight: weight.values }), ...(cluster && { cluster: cluster.codes }),
    };
    const refusal = checkSample(`a ${NAMES[kind]}`, { ...data, clusters: [] }, ['d']) ?? emptyColumn(data.x);
    if (refusal) return refusal;
    const effects = await boostEffects(kind, data, settings, { folds, bounds: overlap.bounds }, context);
    if (isRefusal(effects)) return effects;
    context.onProgress?.(0.4);
    const method = boostedMethod(kind, settings, { folds, bounds: overlap.bounds }, context);
    const metrics = await boostedMetrics(effects, method, data, settings, { folds, overlap, rate: rateOf({ rate, replicates, level }, context.seed), level }, context);
    return isRefusal(metrics) ? metrics : { scorer: boostedScorer(effects), metrics };
  },
  load(bytes) {
    const effects = loadBoostedEffects(bytes);
    if (isRefusal(effects)) return effects;
    if (effects.kind !== kind) return refuse('unsupported_combination', `model.bin holds a ${NAMES[effects.kind]}, and the card tells of a ${NAMES[kind]}`, 'Train the model again.');
    return boostedScorer(effects);
  },
});

function boostedScorer(effects: BoostedEffects): EffectScorer {
  const { features } = effects;
  return {
    features,
    hasVariance: false,
    async score(columns, scoring) {
      scoring?.signal?.throwIfAborted();
      const estimates = predictBoostedEffects(effects, columns);
      return { estimates, variances: null, isIdentified: new Uint8Array(estimates.length).fill(1) };
    },
    scoreRow: (values) => ({ cate: predictBoostedEffects(effects, values.map((value) => Float64Array.of(value)))[0]!, variance: null }),
    probes: (units) => probesOf(effects, units),
    graph: (metadata) => boostedGraph(effects, metadata),
    save: () => saveBoostedEffects(effects),
  };
}

/** Probes of the bins of each part, in turn: arms have cuts of their own. */
function probesOf({ parts, features }: BoostedEffects, units: number): Float64Array[] {
  const each = Object.values(parts).map(({ bins }) => probeUnits(boostedBinning(bins), units));
  return features.map((_, feature) => Float64Array.from({ length: units }, (__, unit) => each[unit % each.length]![feature]![unit]!));
}
