import { z } from 'zod';
import { OptionsError } from '../../stats/estimators/estimator.js';
import type { Refusal } from '../../stats/refusal.js';
import { DataError } from '../../warehouse/warehouse.js';

/** A fault of what was asked or of the data, as plain data that can leave a thread; `path` is null where no field is to blame. */
export interface KnownFailure { readonly path: string | null; readonly message: string }

export const refusalFailure = ({ detail, remedy }: Refusal): { readonly failure: KnownFailure } => ({ failure: { path: null, message: `${detail}. ${remedy}` } });

/** @throws what is no fault of the input. @param hidden  a path of this machine, and what callers know it by */
export function knownFailure(error: unknown, hidden: { readonly file: string; readonly table: string }): { readonly failure: KnownFailure } {
  const failure = failureOf(error);
  return { failure: { ...failure, message: failure.message.replaceAll(hidden.file, hidden.table) } };
}

function failureOf(error: unknown): KnownFailure {
  if (error instanceof z.ZodError) return { path: ['options', ...error.issues[0]!.path].join('.'), message: error.issues[0]!.message };
  if (error instanceof OptionsError) return { path: error.path.join('.'), message: error.message };
  if (error instanceof DataError) return { path: error.path ?? null, message: error.message };
  throw error;
}
