import { digestOf } from '../../experiment/canonical.js';

export interface Question {
  readonly experimentId: string | null;
  readonly planHash: string;
  readonly frozenPlanHash: string | null;
  /** not part of the plan's hash, yet it changes what is seen */
  readonly asOf: string | null;
  readonly dataDigest: string;
}

/** One text for one question about one state of the data. */
export const identityOf = (question: Question): string => digestOf(question);
