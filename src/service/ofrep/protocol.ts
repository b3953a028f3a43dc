import { z } from 'zod';

/** Longest identifier of a unit; longer ones are no identifiers. */
const MOST_KEY = 500;

/** The context of an evaluation: who, and what else is known. Other fields than targetingKey are attributes. */
export const evaluationContextSchema = z.looseObject({
  targetingKey: z.string().max(MOST_KEY).refine((key) => !key.includes('\0'), { message: 'must not hold NUL' }).optional(),
});
export type EvaluationContext = z.output<typeof evaluationContextSchema>;

export interface EvaluationSuccess {
  readonly key: string;
  readonly value: unknown;
  readonly reason: string;
  readonly variant?: string;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
}
export type ErrorCode = 'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'GENERAL' | 'FLAG_NOT_FOUND';
export interface EvaluationFailure {
  readonly key: string;
  readonly errorCode: ErrorCode;
  readonly errorDetails: string;
}

/** The context in the body of a request, or what is wrong with it. */
export function contextOf(body: unknown): EvaluationContext | string {
  const given = (body as { context?: unknown } | null | undefined)?.context ?? {};
  const { data, error } = evaluationContextSchema.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  return `context${issue!.path.map((key) => `.${String(key)}`).join('')}: ${issue!.message}`;
}
