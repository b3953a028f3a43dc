import { z } from 'zod';
import { estimate, type Estimation } from '../../sdk/estimate.js';
import type { Spec } from '../../sdk/spec.js';
import { OptionsError } from '../../stats/estimators/estimator.js';
import { DataError } from '../../warehouse/warehouse.js';

/** What became of an estimate, as plain data; `path` starts at the spec, and is null where the data themselves are at fault. */
export type EstimateOutcome =
  | { readonly estimation: Estimation }
  | { readonly issues: readonly { readonly path: string | null; readonly message: string }[] };

/** @throws what is no fault of the input */
export async function estimateOutcome(spec: Spec): Promise<EstimateOutcome> {
  try {
    return { estimation: await estimate(spec) };
  } catch (error) {
    if (error instanceof z.ZodError) return { issues: error.issues.map(({ path, message }) => ({ path: ['options', ...path].join('.'), message })) };
    if (error instanceof OptionsError) return { issues: [{ path: error.path.join('.'), message: error.message }] };
    if (error instanceof DataError) return { issues: [{ path: error.path ?? null, message: error.message }] };
    throw error;
  }
}
