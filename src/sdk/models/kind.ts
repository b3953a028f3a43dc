import type { z } from 'zod';
import type { ModelMetrics } from '../../stats/cate/model-metrics.js';
import type { DataOf, EstimationContext } from '../../stats/estimators/estimator.js';
import type { forestRoles } from '../../stats/estimators/forest/forest-input.js';
import type { EngineOptions } from '../../stats/forest/forest-engine.js';
import type { UnitScores } from '../../stats/forest/score-units.js';
import type { Refusal } from '../../stats/refusal.js';

/** The effect of one unit, in units of the outcome per unit of the treatment. */
export interface RowScore {
  readonly cate: number;
  /** in squared units; null of models that have none */
  readonly variance: number | null;
}

/** A model that scores: encoded columns or rows in, effects out. */
export interface EffectScorer {
  readonly features: readonly string[];
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

/** One way to learn effects that can be kept. */
export interface ModelKind {
  readonly title: string;
  readonly references: readonly string[];
  readonly options: z.ZodObject;
  /** @param options parsed by the schema of the kind */
  train(columns: TrainingColumns, options: Readonly<Record<string, unknown>>, context: EstimationContext): Promise<{ readonly scorer: EffectScorer; readonly metrics: ModelMetrics } | Refusal>;
  /** reads model.bin */
  load(bytes: Uint8Array): EffectScorer | Refusal;
}
