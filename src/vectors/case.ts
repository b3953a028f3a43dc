/** One published case: of the experimentation file (method, inputs) or of the causal file (dataset, spec). */
export interface VectorCase {
  readonly id: string;
  readonly kind?: string;
  readonly topic?: string;
  readonly method?: string;
  readonly inputs?: unknown;
  readonly dataset?: string;
  readonly spec?: unknown;
  readonly expected: unknown;
  /** the same at full double precision, where the source was run again */
  readonly full_precision?: unknown;
  readonly tolerance?: unknown;
  readonly rtol?: number;
  /** what another engine prints, where that is a known defect */
  readonly upstream_output?: unknown;
}

/**
 * Recomputes one case: an answer of the shape of `expected`, of which leaves may be absent (they are then named as not
 * covered), or undefined when the case is not this adapter's.
 */
export type Adapter = (vector: VectorCase, datasets: string) => Answer | undefined | Promise<Answer | undefined>;

export interface Answer {
  readonly values: unknown;
  /** replaces `expected` where the published value is a known defect, or two engines disagree; says why */
  readonly instead?: {
    readonly expected: unknown;
    readonly because: string;
    /** in the place of the case's own: absolute, one a field */
    readonly tolerance?: Readonly<Record<string, number>>;
  };
}

/** Fields of an object that came from JSON; numbers of cases are never trusted to be there. */
export const fields = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});
export const numberAt = (value: unknown, key: string): number => {
  const found = fields(value)[key];
  if (typeof found !== 'number') throw new Error(`case has no number ${key}`);
  return found;
};
export const numbersAt = (value: unknown, key: string): number[] => {
  const found = fields(value)[key];
  if (!Array.isArray(found) || found.some((item) => typeof item !== 'number')) throw new Error(`case has no numbers ${key}`);
  return found as number[];
};
