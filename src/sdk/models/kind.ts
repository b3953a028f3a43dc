import type { z } from 'zod';
import type { ModelMetrics } from '../../stats/cate/model-metrics.js';
import type { DataOf, EstimationContext, Estimator } from '../../stats/estimators/estimator.js';
import type { forestRoles } from '../../stats/estimators/forest/forest-input.js';
import type { EngineOptions } from '../../stats/forest/forest-engine.js';
import type { UnitScores } from '../../stats/forest/score-units.js';
import type { Refusal } from '../../stats/refusal.js';

/** The effect of one unit, in units of the outcome per unit of the treatment. */
export interface RowEffect {
  readonly cate: number;
  /** in squared units; null of models that have none */
  readonly variance: number | null;
}
/** The predicted outcome of one unit, in units of the outcome, or the probability of a label of 1. */
export interface RowPrediction { readonly prediction: number; readonly variance: null }
export type RowScore = RowEffect | RowPrediction;

/** A model that scores: encoded columns or rows in, effects or predicted outcomes out. */
export interface EffectScorer {
  readonly features: readonly string[];
  /** what a score is: an effect, or a predicted outcome */
  readonly output: 'cate' | 'prediction';
  readonly hasVariance: boolean;
  /** why a unit may have no score, in words: "n units have none, as ..." */
  readonly withoutScore: string;
  /** @param columns one a feature, in order */
  score(columns: readonly Float64Array[], options?: EngineOptions): Promise<UnitScores | Refusal>;
  /** one unit on the calling thread; null where its effect is not identified. Refuses a value that the model cannot do without */
  scoreRow(values: readonly number[]): RowScore | Refusal | null;
  /** units that try every cut and level, one column a feature; see probe-units.ts */
  probes(units: number): Float64Array[];
  /** as an ONNX model */
  graph(metadata: Readonly<Record<string, string>>): Uint8Array | Refusal;
  /** as model.bin */
  save(): Uint8Array;
}

export type TrainingColumns = DataOf<typeof forestRoles>;

/** One way to learn effects, or outcomes, that can be kept. */
export interface ModelKind {
  readonly title: string;
  readonly references: readonly string[];
  readonly options: z.ZodObject;
  /** columns that it learns from */
  readonly roles: Estimator['data'];
  /** @param options parsed by the schema of the kind */
  train(columns: TrainingColumns, options: Readonly<Record<string, unknown>>, context: EstimationContext): Promise<{ readonly scorer: EffectScorer; readonly metrics: ModelMetrics } | Refusal>;
  /** reads model.bin */
  load(bytes: Uint8Array): EffectScorer | Refusal;
}
