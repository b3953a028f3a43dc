import { z } from 'zod';
import { refusalSchema } from '../../experiment/analysis.js';
import { digestOf } from '../../experiment/canonical.js';
import { rateTargets } from '../../stats/forest/rank-weighted-effect.js';
import { modelKind, modelName, unseenCategories } from './spec.js';

export const MODEL_FORMAT = 'assay model';
export const MODEL_FORMAT_VERSION = 2;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const modelFeatureSchema = z.object({
  name: z.string().describe('column'),
  kind: z.enum(['numeric', 'category']).meta({ id: 'ModelFeatureKind', description: 'How a feature is encoded.' }).describe('numeric: the value itself; category: its place among the levels, from 0'),
  levels: z.array(z.string()).nullable().describe('levels of a category in the order of their codes; null of a number'),
  hadMissing: z.boolean().describe('whether training had missing values, which are NaN; where it had none, one goes with the lowest values, or with the larger side of a split by categories'),
}).meta({ id: 'ModelFeature', description: 'An input of a model, with its encoding.' });
export type ModelFeature = z.output<typeof modelFeatureSchema>;

const number = {
  estimate: z.number().describe('point estimate'),
  standardError: z.number().describe('in the units of the estimate'),
  lower: z.number().nullable().describe('of the interval at the level of the options; null: unbounded'),
  upper: z.number().nullable().describe('of the interval; null: unbounded'),
  pValue: z.number().describe('of no effect, in [0, 1]'),
} as const;
export const modelEstimate = z.object({ status: z.literal('estimated').describe('always estimated'), ...number })
  .meta({ id: 'ModelEstimate', description: 'A metric of a model with its uncertainty.' });
export type ModelEstimate = z.output<typeof modelEstimate>;
const estimatedOrRefused = z.discriminatedUnion('status', [modelEstimate, refusalSchema]).meta({ id: 'ModelEstimateOrRefusal', description: 'A metric of a model, or why there is none.' });

const fitSchema = z.object({
  rows: z.number().int().describe('rows that judged: none was predicted by a model that had learned from it'),
  squaredError: z.number().describe('mean squared error, in squared units of the outcome; of labels the Brier score'),
  rSquared: z.number().describe('1 - squared error / variance: 0 predicts as well as the mean'),
  logLoss: z.number().nullable().describe('mean log loss of labels, in nats; null of a regression'),
  auc: z.number().nullable().describe('chance that a label of 1 is ranked above one of 0, in [0, 1]; null of a regression'),
  slope: z.number().nullable().describe('of the outcome on its prediction: 1 when calibrated; null when predictions are all alike'),
}).meta({ id: 'ModelFit', description: 'How well a model predicts outcomes of rows that it did not learn from.' });
export type ModelFit = z.output<typeof fitSchema>;

export const modelMetricsSchema = z.object({
  average: modelEstimate.nullable().describe('average effect over the units of training, by augmented inverse-propensity weighting, in units of the outcome per unit of the treatment; p-value two-sided; null of a model of outcomes'),
  fit: fitSchema.nullable().describe('how well outcomes are predicted; null of a model of effects'),
  trimmedShare: z.number().describe('share of units left out of the average for want of overlap, in [0, 1]'),
  rateTarget: z.enum(rateTargets).nullable().describe('how the ranking was judged; null: it was not'),
  rate: estimatedOrRefused.nullable().describe('what treating by the ranking gains over treating at random, learned on one half of the units and judged on the other; 0 when it is worth nothing; p-value two-sided; null: not asked for'),
  calibration: estimatedOrRefused.nullable().describe('null of a model of outcomes; 1 when units differ as much as predicted, 0 when nothing was found; p-value one-sided, of nothing found'),
  spread: z.object({
    lowest: z.number().describe('10 % quantile'), median: z.number().describe('median'), highest: z.number().describe('90 % quantile'),
  }).meta({ id: 'ModelEffectSpread', description: 'Spread of out-of-sample effects; not an interval.' }).describe('of out-of-sample effects, or predictions, of units, in units of the effect or the outcome; not an interval'),
  importance: z.array(z.object({ name: z.string().describe('feature'), share: z.number().describe('share of the splits, those near the root count more in a forest; of linear models of coefficients times the spread of their columns') })
    .meta({ id: 'ModelImportance', description: 'How much of the splitting a feature does.' })).describe('what the model split on, most first'),
}).meta({ id: 'ModelMetrics', description: 'How well a model does, on units that it, or a model of the same making, did not learn from.' });
export type ModelMetricsCard = z.output<typeof modelMetricsSchema>;

const fileSchema = z.object({
  sha256: sha256.describe('of the file, in hexadecimal'), bytes: z.number().int().describe('size'),
}).meta({ id: 'ModelFile', description: 'A file of a model.' });

/** `model.json`: all that is known of a model; the files beside it are named by their digests. */
export const modelCardSchema = z.strictObject({
  format: z.literal(MODEL_FORMAT),
  formatVersion: z.literal(MODEL_FORMAT_VERSION),
  name: modelName.describe('name of the model'),
  version: z.number().int().min(1).describe('1, 2, 3, ... of its name'),
  description: z.string().describe('for people'),
  kind: modelKind.describe('how effects, or outcomes, are learned'),
  outcome: z.string().describe('column of the outcome; of a causal survival forest of the time'),
  event: z.string().nullable().describe('column that says whether the event was seen, of a causal survival forest; null of all others'),
  instrument: z.string().nullable().describe('column of the instrument, of an instrumental forest; null of all others'),
  treatment: z.string().nullable().describe('column of the treatment; null of a model of outcomes'),
  weight: z.string().nullable().describe('column of sample weights; null: every unit counts the same'),
  cluster: z.string().nullable().describe('column of clusters, whose units count as one for errors; null: units are independent'),
  features: z.array(modelFeatureSchema).min(1).describe('inputs in their order'),
  schemaHash: sha256.describe('sha256 over names, kinds and levels of the features, in their order'),
  unseenCategories: unseenCategories.describe('what scoring does with a category that training did not have'),
  outputs: z.array(z.enum(['cate', 'prediction', 'variance']).meta({ id: 'UpliftModelOutput', description: 'What a model tells of a unit.' })).min(1).describe('cate: effect of a unit, in units of the outcome per unit of the treatment; variance: of it, in squared units; prediction: expected outcome, or probability of a label of 1'),
  training: z.object({
    fingerprint: sha256.describe('sha256 over the columns that were learned from, whatever file they came in'),
    rows: z.number().int().describe('rows learned from'), droppedRows: z.number().int().describe('rows left out because a needed column is null there'),
  }).meta({ id: 'ModelTraining', description: 'What a model was learned from.' }).describe('what it was learned from'),
  specHash: sha256.describe('sha256 over what was asked for, but for where the data are'),
  options: z.record(z.string(), z.unknown()).describe('options of the kind, with their defaults'),
  seed: z.number().int().describe('of the random streams'),
  codeVersion: z.string().describe('version of the code that trained it'),
  metrics: modelMetricsSchema.describe('how well it does'),
  files: z.object({
    'model.bin': fileSchema.describe('what this program scores by'),
    'model.onnx': z.union([fileSchema, refusalSchema]).describe('the same for ONNX runtimes, or why there is none'),
  }),
});
export type ModelCard = z.output<typeof modelCardSchema>;

/** What changes when a model may no longer read the same columns in the same way. */
export const schemaHashOf = (features: readonly ModelFeature[]): string => digestOf(features.map(({ name, kind, levels }) => ({ name, kind, levels })));
