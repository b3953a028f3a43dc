import { createHash } from 'node:crypto';
import path from 'node:path';
import { digestOf } from '../../experiment/canonical.js';
import { sharedBoostingEngine } from '../../compute/shared-boosting-engine.js';
import { sharedForestEngine } from '../../compute/shared-forest-engine.js';
import type { MetricCalibration, ModelMetrics } from '../../stats/cate/model-metrics.js';
import { OptionsError, type Category, type Numeric } from '../../stats/estimators/estimator.js';
import { featureFault, type FeatureFault } from '../../stats/estimators/feature-fault.js';
import { effectAnswer, spreadAnswer } from '../../stats/estimators/forest/forest-answers.js';
import { allFinite, badColumn, dataOf } from '../../stats/estimators/run-estimator.js';
import type { PredictionQuality } from '../../stats/learners/nuisance-report.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { frameOf } from '../../stats/summaries/frame.js';
import { codeVersion } from '../../version.js';
import { readColumns } from '../read-columns.js';
import { wantedBy } from '../roles.js';
import { MODEL_FORMAT, MODEL_FORMAT_VERSION, schemaHashOf, type ModelCard, type ModelEstimate, type ModelFit, type ModelMetricsCard } from './card.js';
import { featureOf } from './features.js';
import { columnsFingerprint } from './fingerprint.js';
import type { EffectScorer, ModelKind, TrainingColumns } from './kind.js';
import { kinds } from './kinds.js';
import type { ModelKindName, ModelSpec } from './spec.js';

/** Of models of outcomes, which have no intervals. */
const LEVEL = 0.95;

/** A model that has no version yet: its store gives it one. */
export interface TrainedModel {
  readonly card: Omit<ModelCard, 'version'>;
  readonly bin: Uint8Array;
  /** null where the card says why there is none */
  readonly onnx: Uint8Array | null;
}

export interface TrainOptions {
  readonly signal?: AbortSignal;
  /** called with the share of the work that is done, in [0, 1] */
  readonly onProgress?: (share: number) => void;
}

/** Columns to learn from, and what makes two trainings the same. */
export interface TrainingData {
  readonly columns: TrainingColumns;
  readonly read: readonly (Numeric | Category)[];
  readonly rows: number;
  readonly droppedRows: number;
  readonly fingerprint: string;
}

/** sha256 over what a spec asks for, but for where the data are and how people call it; options with their defaults. */
export function specHashOf({ data: _, description: __, ...spec }: ModelSpec): string {
  return digestOf({ ...spec, options: kinds[spec.kind].options.parse(spec.options) });
}

/**
 * Reads what a spec learns from.
 * @throws z.ZodError or OptionsError for bad options, DataError for a file or column that cannot be used
 */
export async function readTraining(spec: ModelSpec, folder = '.'): Promise<TrainingData> {
  const { columns } = spec;
  kinds[spec.kind].options.parse(spec.options); // all issues at once, and before a large file is read
  const fault = modelColumnFault(spec.kind, columns);
  if (fault) throw new OptionsError(`columns.${fault.role} ${fault.message}`, ['columns', fault.role]);
  const roles = Object.fromEntries(Object.entries(columns).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined && entry[1].length > 0));
  const role = { name: spec.kind, data: kinds[spec.kind].roles };
  const { columns: read, rows, droppedRows } = await readColumns(path.resolve(folder, spec.data), wantedBy(role, roles));
  return { columns: dataOf(role, { columns: roles, data: frameOf(read) }) as unknown as TrainingColumns, read, rows: rows - droppedRows, droppedRows, fingerprint: columnsFingerprint(read) };
}

/** What is wrong with the choice of columns: a role that the kind needs or does not have, no feature, or one that would predict itself. Null when all is well. */
export function modelColumnFault(kind: ModelKindName, columns: ModelSpec['columns']): FeatureFault | null {
  const { roles } = kinds[kind];
  const lacking = Object.entries(roles).find(([role, { required }]) => required && columns[role as keyof typeof columns] === undefined);
  if (lacking) return { role: lacking[0], message: `must name a column: ${lacking[1].description}` };
  const unknown = Object.keys(columns).find((role) => columns[role as keyof typeof columns] !== undefined && !(role in roles));
  if (unknown !== undefined) return { role: unknown, message: `is no role of ${kind}, which has ${Object.keys(roles).join(', ')}` };
  return columns.covariates.length + columns.categories.length === 0 ? { role: 'covariates', message: 'must name at least one column, or categories must' } : featureFault(columns);
}

/** Trains a model and judges it. Refuses data that cannot answer. @throws as `readTraining` */
export async function trainModel(spec: ModelSpec, data: TrainingData, { signal, onProgress }: TrainOptions = {}): Promise<TrainedModel | Refusal> {
  const kind: ModelKind = kinds[spec.kind];
  const options = kind.options.parse(spec.options);
  const bad = badColumn({ name: spec.kind, data: kind.roles }, data.columns as never);
  if (bad) return bad;
  const context = { seed: spec.seed, forests: sharedForestEngine, boosting: sharedBoostingEngine, ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const trained = await kind.train(data.columns, options, context);
  if (isRefusal(trained)) return trained;
  signal?.throwIfAborted();
  const metrics = metricsCard(trained.metrics, trained.scorer.features, options as { level?: number; rate?: ModelMetricsCard['rateTarget'] });
  if (!allFinite(metrics)) return refuse('numerical_failure', `training ${spec.name} came to a metric that is not finite`, 'Rescale the columns.');
  return withCard(spec, data, options, trained.scorer, metrics);
}

function withCard(spec: ModelSpec, data: TrainingData, options: Record<string, unknown>, scorer: EffectScorer, metrics: ModelMetricsCard): TrainedModel {
  const { name, description, kind, columns: { outcome, time, event = null, instrument = null, treatment = null, weight = null, cluster = null }, unseenCategories, seed } = spec;
  const byName = new Map(data.read.map((column) => [column.name, column]));
  const features = scorer.features.map((feature) => featureOf(byName.get(feature)!));
  const schemaHash = schemaHashOf(features);
  const bin = scorer.save();
  const onnx = scorer.graph({ model: name, kind, schemaHash, features: JSON.stringify(features) });
  return {
    bin,
    onnx: isRefusal(onnx) ? null : onnx,
    card: {
      format: MODEL_FORMAT, formatVersion: MODEL_FORMAT_VERSION, name, description, kind, outcome: outcome ?? time!, event, instrument, treatment, weight, cluster, features, schemaHash, unseenCategories,
      outputs: scorer.hasVariance ? [scorer.output, 'variance'] : [scorer.output],
      training: { fingerprint: data.fingerprint, rows: data.rows, droppedRows: data.droppedRows },
      specHash: specHashOf(spec), options, seed, codeVersion, metrics,
      files: { 'model.bin': fileOf(bin), 'model.onnx': isRefusal(onnx) ? onnx : fileOf(onnx) },
    },
  };
}

const fileOf = (bytes: Uint8Array) => ({ sha256: sha256Of(bytes), bytes: bytes.length });
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function metricsCard({ average, rate, calibration, fit, importance, effects }: ModelMetrics, features: readonly string[], { level = LEVEL, rate: rateTarget = null }: { readonly level?: number; readonly rate?: ModelMetricsCard['rateTarget'] }): ModelMetricsCard {
  return {
    average: average && estimateOf(effectAnswer(average, level)), fit: fit && fitOf(fit), trimmedShare: average?.trimmedShare ?? 0, rateTarget,
    rate: rate && (isRefusal(rate) ? rate : estimateOf({ ...rate, interval: rate })),
    calibration: calibration && (isRefusal(calibration) ? calibration : estimateOf(slopeOf(calibration))),
    spread: spreadAnswer(effects),
    importance: features.map((name, j) => ({ name, share: importance[j]! })).sort((a, b) => b.share - a.share),
  };
}

const fitOf = ({ rows, squaredError, rSquared, logLoss, auc, calibration: { slope } }: PredictionQuality): ModelFit => ({ rows, squaredError, rSquared, logLoss, auc, slope });

const slopeOf = ({ differential }: MetricCalibration) => ({ ...differential, interval: differential });

interface Inferred { readonly estimate: number; readonly standardError: number; readonly pValue: number; readonly interval: { readonly lower: number | null; readonly upper: number | null } }
const estimateOf = ({ estimate, standardError, pValue, interval: { lower, upper } }: Inferred): ModelEstimate => ({ status: 'estimated', estimate, standardError, lower, upper, pValue });
