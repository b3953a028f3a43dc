import type { UnitRows } from '../experiment/heterogeneity/unit-rows.js';
import type { Plan } from '../experiment/plan.js';
import type { ExecutedQuery, Fingerprint, Summaries } from '../experiment/summaries.js';

export interface CollectOptions {
  readonly signal?: AbortSignal;
  /** @param share of the collection that is done, in [0, 1] */
  readonly onProgress?: (share: number, message: string) => void;
}

export interface Collected {
  readonly summaries: Summaries;
  /** row by row, where the plan asks for a forest; absent: it does not */
  readonly units?: UnitRows;
  readonly fingerprint: Fingerprint;
  /** every statement that was executed, in order, as it was sent */
  readonly queries: readonly ExecutedQuery[];
}

/** Where raw tables are. Opened for one plan's source, closed by whoever opened it. */
export interface Warehouse {
  /** What the data are, without analysing them: cheap enough to ask before a job is queued. */
  fingerprint(plan: Plan, options?: CollectOptions): Promise<Fingerprint>;
  /** One pass over exposures and over each fact table; only centred summaries come back, and a stated number of units for a forest. */
  collect(plan: Plan, options?: CollectOptions): Promise<Collected>;
  close(): Promise<void>;
}

/** The data cannot be read as the plan says: a fault of the input, with a sentence for the person who gave it. */
export class DataError extends Error {
  override readonly name = 'DataError';
  constructor(
    message: string,
    /** where in the plan, such as exposures.unit; undefined when no field is to blame */
    readonly path?: string,
  ) { super(message); }
}
