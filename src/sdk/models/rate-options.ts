import { z } from 'zod';
import { rateTargets, type RateOptions } from '../../stats/forest/rank-weighted-effect.js';

/** How the ranking of a model is judged. */
export const rateOptions = {
  rate: z.enum(rateTargets).nullable().default('autoc').describe('how the ranking is judged: autoc for effects in few units, qini for effects in many; null: not at all, in about half the time'),
  replicates: z.number().int().min(50).max(10_000).default(200).describe('half-samples of the bootstrap that judges it'),
} as const;

export const rateOf = ({ rate, replicates, level }: { readonly rate: RateOptions['target'] | null; readonly replicates: number; readonly level: number }, seed: number): RateOptions | null =>
  rate && { target: rate, replicates, fractions: [], level, seed };
