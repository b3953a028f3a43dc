import path from 'node:path';
import { sharedBoostingEngine } from '../compute/shared-boosting-engine.js';
import { sharedForestEngine } from '../compute/shared-forest-engine.js';
import { sharedPolicyEngine } from '../compute/shared-policy-engine.js';
import { sharedUpliftEngine } from '../compute/shared-uplift-engine.js';
import { OptionsError, type Estimator } from '../stats/estimators/estimator.js';
import { estimators } from '../stats/estimators/index.js';
import { runEstimator, type EstimateAnswer } from '../stats/estimators/run-estimator.js';
import { frameOf } from '../stats/summaries/frame.js';
import { codeVersion } from '../version.js';
import { readColumns } from './read-columns.js';
import { nearestText, wantedBy } from './roles.js';
import type { Spec } from './spec.js';

/** Where a number comes from: enough to compute it again. */
export interface Provenance {
  readonly data: string;
  /** of the file's bytes */
  readonly sha256: string;
  /** rows of the file, and those left out because a used column is null there */
  readonly rows: number;
  readonly droppedRows: number;
  readonly columns: Spec['columns'];
  /** with their defaults */
  readonly options: EstimateAnswer['options'];
  readonly seed: number;
  readonly codeVersion: string;
  readonly device: string;
}

type Answer<A> = A extends unknown ? Omit<A, 'options'> & { readonly provenance: Provenance } : never;
/** A result or a refusal, with where it comes from. */
export type Estimation = Answer<EstimateAnswer>;

export interface EstimateOptions {
  readonly signal?: AbortSignal;
  /** called with the share of the work that is done, in [0, 1], by estimators that take long */
  readonly onProgress?: (share: number) => void;
}

/** Every estimator, for lists. */
export const allEstimators = estimators as unknown as readonly Estimator[];

/** An estimator by its name. @throws OptionsError that names the nearest */
export function estimatorNamed(name: string): Estimator {
  const all = allEstimators;
  const found = all.find((estimator) => estimator.name === name.toLowerCase().replaceAll('-', '_'));
  if (found) return found;
  const near = nearestText(name, all.map((estimator) => estimator.name));
  throw new OptionsError(`there is no estimator "${name}"${near} (assay estimators lists all ${all.length})`, ['estimator']);
}

/**
 * One estimator on the columns of one file.
 * @param folder  where relative paths start
 * @throws z.ZodError or OptionsError for bad options, DataError for a file or column that cannot be used
 */
export async function estimate(spec: Spec, folder = '.', options: EstimateOptions = {}): Promise<Estimation> {
  const estimator = estimatorNamed(spec.estimator);
  estimator.options.parse(spec.options); // all issues at once, and before a large file is read
  const { columns, rows, droppedRows, sha256 } = await readColumns(path.resolve(folder, spec.data), wantedBy(estimator, spec.columns));
  const { options: chosen, ...answer } = await runEstimator(
    { estimator: estimator.name, data: frameOf(columns), columns: spec.columns, options: spec.options },
    { seed: spec.seed, forests: sharedForestEngine, boosting: sharedBoostingEngine, policies: sharedPolicyEngine, uplift: sharedUpliftEngine, ...options },
  );
  return { ...answer, provenance: { data: spec.data, sha256, rows, droppedRows, columns: spec.columns, options: chosen, seed: spec.seed, codeVersion, device: 'cpu' } } as Estimation;
}
