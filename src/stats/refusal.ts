/** Why an estimator cannot answer. A closed list, so that callers can switch over it. */
export const refusalReasons = [
  'too_few_units',
  'zero_variance',
  'denominator_near_zero',
  'not_identified',
  'no_overlap',
  'unsupported_combination',
  'not_finite',
  'numerical_failure',
  'computation_failed',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/**
 * An honest "cannot say": a value in the result union, never a fake number.
 *
 * `detail` names the function and the bound that was missed; `remedy` says what would make the question answerable.
 */
export interface Refusal {
  readonly status: 'refused';
  readonly reason: RefusalReason;
  readonly detail: string;
  readonly remedy: string;
}

export const refuse = (reason: RefusalReason, detail: string, remedy: string): Refusal =>
  ({ status: 'refused', reason, detail, remedy });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && (value as Refusal).status === 'refused';
