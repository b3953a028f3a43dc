import { createHash } from 'node:crypto';
import path from 'node:path';
import { digestOf } from '../../experiment/canonical.js';
import { sharedBoostingEngine } from '../../compute/shared-boosting-engine.js';
import { sharedForestEngine } from '../../compute/shared-forest-engine.js';
import type { MetricCalibration, ModelMetrics } from '../../stats/cate/model-metrics.js';
import { OptionsError, type Category, type Numeric } from '../../stats/estimators/estimator.js';
import { featureFault, type FeatureFault } from '../../stats/estimators/feature-fault.js';
import { effectAnswer, spreadAnswer } from '../../stats/estimators/forest/forest-answers.js';
import { forestRoles } from '../../stats/estimators/forest/forest-input.js';
import { allFinite, badColumn, dataOf } from '../../stats/estimators/run-estimator.js';
import { isRefusal, refuse, type Refusal } from '../../stats/refusal.js';
import { frameOf } from '../../stats/summaries/frame.js';
import { codeVersion } from '../../version.js';
import { readColumns } from '../read-columns.js';
import { wantedBy } from '../roles.js';
import { MODEL_FORMAT, MODEL_FORMAT_VERSION, schemaHashOf, type ModelCard, type ModelEstimate, type ModelMetricsCard } from './card.js';
import { featureOf } from './features.js';
import { columnsFingerprint } from './fingerprint.js';
import type { EffectScorer, ModelKind, TrainingColumns } from './kind.js';
import { kinds } from './kinds.js';
import type { ModelSpec } from './spec.js';

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
  const fault = modelFeatureFault(columns);
  if (fault) throw new OptionsError(`columns.${fault.role} ${fault.message}`, ['columns', fault.role]);
  const roles = Object.fromEntries(Object.entries(columns).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined && entry[1].length > 0));
  const role = { name: spec.kind, data: forestRoles };
  const { columns: read, rows, droppedRows } = await readColumns(path.resolve(folder, spec.data), wantedBy(role, roles));
  return { columns: dataOf(role, { columns: roles, data: frameOf(read) }) as unknown as TrainingColumns, read, rows: rows - droppedRows, droppedRows, fingerprint: columnsFingerprint(read) };
}

/** What is wrong with the choice of features: none, or one that would predict itself. Null when all is well. */
export function modelFeatureFault(columns: ModelSpec['columns']): FeatureFault | null {
  return columns.covariates.length + columns.categories.length === 0 ? { role: 'covariates', message: 'must name at least one column, or categories must' } : featureFault(columns);
}

/** Trains a model and judges it. Refuses data that cannot answer. @throws as `readTraining` */
export async function trainModel(spec: ModelSpec, data: TrainingData, { signal, onProgress }: TrainOptions = {}): Promise<TrainedModel | Refusal> {
  const kind: ModelKind = kinds[spec.kind];
  const options = kind.options.parse(spec.options);
  const bad = badColumn({ name: spec.kind, data: forestRoles }, data.columns as never);
  if (bad) return bad;
  const context = { seed: spec.seed, forests: sharedForestEngine, boosting: sharedBoostingEngine, ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const trained = await kind.train(data.columns, options, context);
  if (isRefusal(trained)) return trained;
  signal?.throwIfAborted();
  const metrics = metricsCard(trained.metrics, trained.scorer.features, options as { level: number; rate: ModelMetricsCard['rateTarget'] });
  if (!allFinite(metrics)) return refuse('numerical_failure', `training ${spec.name} came to a metric that is not finite`, 'Rescale the columns.');
  return withCard(spec, data, options, trained.scorer, metrics);
}

function withCard(spec: ModelSpec, data: TrainingData, options: Record<string, unknown>, scorer: EffectScorer, metrics: ModelMetricsCard): TrainedModel {
  const { name, description, kind, columns: { outcome, treatment, weight = null, cluster = null }, unseenCategories, seed } = spec;
  const byName = new Map(data.read.map((column) => [column.name, column]));
  const features = scorer.features.map((feature) => featureOf(byName.get(feature)!));
  const schemaHash = schemaHashOf(features);
  const bin = scorer.save();
  const onnx = scorer.graph({ model: name, kind, schemaHash, features: JSON.stringify(features) });
  return {
    bin,
    onnx: isRefusal(onnx) ? null : onnx,
    card: {
      format: MODEL_FORMAT, formatVersion: MODEL_FORMAT_VERSION, name, description, kind, outcome, treatment, weight, cluster, features, schemaHash, unseenCategories,
      outputs: scorer.hasVariance ? ['cate', 'variance'] : ['cate'],
      training: { fingerprint: data.fingerprint, rows: data.rows, droppedRows: data.droppedRows },
      specHash: specHashOf(spec), options, seed, codeVersion, metrics,
      files: { 'model.bin': fileOf(bin), 'model.onnx': isRefusal(onnx) ? onnx : fileOf(onnx) },
    },
  };
}

const fileOf = (bytes: Uint8Array) => ({ sha256: sha256Of(bytes), bytes: bytes.length });
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function metricsCard({ average, rate, calibration, importance, effects }: ModelMetrics, features: readonly string[], { level, rate: rateTarget }: { readonly level: number; readonly rate: ModelMetricsCard['rateTarget'] }): ModelMetricsCard {
  return {
    average: estimateOf(effectAnswer(average, level)), trimmedShare: average.trimmedShare, rateTarget,
    rate: rate && (isRefusal(rate) ? rate : estimateOf({ ...rate, interval: rate })),
    calibration: isRefusal(calibration) ? calibration : estimateOf(slopeOf(calibration)),
    spread: spreadAnswer(effects),
    importance: features.map((name, j) => ({ name, share: importance[j]! })).sort((a, b) => b.share - a.share),
  };
}

const slopeOf = ({ differential }: MetricCalibration) => ({ ...differential, interval: differential });

interface Inferred { readonly estimate: number; readonly standardError: number; readonly pValue: number; readonly interval: { readonly lower: number | null; readonly upper: number | null } }
const estimateOf = ({ estimate, standardError, pValue, interval: { lower, upper } }: Inferred): ModelEstimate => ({ status: 'estimated', estimate, standardError, lower, upper, pValue });
