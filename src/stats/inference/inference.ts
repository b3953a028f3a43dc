import type { z } from 'zod';
import type { Effect } from '../effects/effect.js';
import type { Refusal } from '../refusal.js';

export const alternatives = ['two_sided', 'greater', 'less'] as const;
export type Alternative = (typeof alternatives)[number];

/**
 * A confidence set on the real line; an end that is null is unbounded.
 *
 * `interval`: lower <= theta <= upper. `complement`: theta <= lower or theta >= upper (Fieller, when the denominator may
 * be zero). `line`: nothing is excluded.
 */
export interface ConfidenceSet {
  readonly shape: 'interval' | 'complement' | 'line';
  readonly lower: number | null;
  readonly upper: number | null;
}

/** A way from an effect to an interval and a p-value. One file a method; the registry is `inference/index.ts`. */
export interface Inference<Name extends string = string, Options extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  readonly title: string;
  /** true when the answer stays valid however often it is looked at */
  readonly anytimeValid: boolean;
  readonly references: readonly [string, ...string[]];
  readonly options: Options;
  /** @param alpha miscoverage, in (0, 1) */
  interval(effect: Effect, alpha: number, alternative: Alternative, options: z.output<Options>): ConfidenceSet;
  /** p-value of the null `effect = nullValue`, in [0, 1] */
  pValue(effect: Effect, nullValue: number, alternative: Alternative, options: z.output<Options>): number;
  /**
   * e-value of the null, in [0, 1.8e308], where the method has one: of mean at most 1 under the null whenever one looks.
   * The p-value is then min(1, 1 / e) or less, and e-values may be averaged and fed to e-BH under any dependence.
   */
  eValue?(effect: Effect, nullValue: number, alternative: Alternative, options: z.output<Options>): number;
  /** posterior of the effect, where the method has one */
  posterior?(effect: Effect, options: z.output<Options>): NormalPosterior;
  /** why the method, with these options, cannot answer for this effect; null or absent: it can. Ask before the others. */
  refusal?(effect: Effect, options: z.output<Options>): Refusal | null;
}

/** Belief about an effect, in the units of its estimate. */
export interface NormalPosterior {
  readonly mean: number;
  readonly standardDeviation: number;
}

export const defineInference = <N extends string, O extends z.ZodObject>(method: Inference<N, O>): Inference<N, O> => method;
