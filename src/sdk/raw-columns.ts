import type { RoleKind } from '../stats/estimators/estimator.js';

/** A column that an estimator was promised, and how it will read it. */
export interface Wanted {
  readonly column: string;
  readonly kind: RoleKind;
  /** rows where it is null stay */
  readonly mayBeMissing?: boolean;
}

/** A column as it was read, nulls and all; one entry a row. */
export type RawColumn =
  | { readonly kind: 'numeric'; readonly name: string; readonly values: readonly (number | null)[] }
  | { readonly kind: 'category'; readonly name: string; readonly values: readonly (string | null)[] };
