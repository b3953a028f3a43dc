import { z } from 'zod';
import type { ConfidenceSet } from '../inference/inference.js';

const better = z.enum(['increase', 'decrease']).default('increase').describe('which way the metric should move');

/** What is claimed of an effect. Margins are in the units of its estimate: a fraction for a lift. */
export const claimSchema = z.discriminatedUnion('claim', [
  z.strictObject({ claim: z.literal('superiority'), better }).describe('it got better'),
  z.strictObject({ claim: z.literal('inferiority'), better }).describe('it got worse'),
  z.strictObject({ claim: z.literal('non_inferiority'), better, margin: z.number().gt(0).describe('smallest loss that is not acceptable') })
    .describe('it got no worse by the margin or more'),
  z.strictObject({
    claim: z.literal('equivalence'),
    lower: z.number().lt(0).describe('largest fall that is no change of note'),
    upper: z.number().gt(0).describe('largest rise that is no change of note'),
  }).describe('it did not change by as much as a margin, either way'),
]).meta({ id: 'Claim' });
export type Claim = z.output<typeof claimSchema>;
export type ClaimInput = z.input<typeof claimSchema>;

/** What the data say of a claim. */
export interface ClaimResult {
  readonly claim: Claim['claim'];
  /** pValue <= alpha: all that contradicts the claim is outside `interval` */
  readonly isShown: boolean;
  /** of the opposite of the claim, one-sided; the larger of two for equivalence */
  readonly pValue: number;
  /** error rate at which it was asked, one-sided */
  readonly alpha: number;
  /** the one-sided set at alpha; both ends, each at alpha, for equivalence */
  readonly interval: ConfidenceSet;
}
