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

/** When an analysis looks, which some methods must know. */
export interface Look {
  /** error rate of the plan: of both sides together, or of the better one where it is one-sided */
  readonly alpha: number;
  readonly isOneSided?: boolean;
  /** of all arms, at present */
  readonly units: number;
  /** of all arms by the end of each day of exposure so far, not shrinking; empty: exposures have no times */
  readonly unitsByDay: readonly number[];
  /** true at the one look that was fixed as the end before the start */
  readonly isPlannedEnd: boolean;
}

/** What a plan states of a method, and how its options follow from that and from the look. */
export interface PlannedOptions<Planned extends z.ZodObject, Options extends z.ZodObject> {
  readonly options: Planned;
  bind(planned: z.output<Planned>, look: Look): z.input<Options> | Refusal;
}

/** A way from an effect to an interval and a p-value. One file a method; the registry is `inference/index.ts`. */
export interface Inference<Name extends string = string, Options extends z.ZodObject = z.ZodObject, Planned extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  readonly title: string;
  /** true when the answer stays valid however often it is looked at */
  readonly anytimeValid: boolean;
  readonly references: readonly [string, ...string[]];
  readonly options: Options;
  /** the method with these options, in words; absent: its title says all */
  inWords?(options: z.output<Options>): string;
  /** absent: a plan states the options themselves */
  readonly planned?: PlannedOptions<Planned, Options>;
  /** true where lift and difference have p-values of their own, since a prior or a mixture has a scale; absent: one null, one p-value */
  readonly hasScale?: true;
  /** true where answers hold for the looks that the plan counts, all together */
  readonly countsLooks?: true;
  /** true where it reads the units of an effect batch by batch: effects without `batches` refuse */
  readonly readsBatches?: true;
  /** @param alpha miscoverage, in (0, 1) */
  interval(effect: Effect, alpha: number, alternative: Alternative, options: z.output<Options>): ConfidenceSet;
  /** p-value of the null `effect = nullValue`, in [0, 1] */
  pValue(effect: Effect, nullValue: number, alternative: Alternative, options: z.output<Options>): number;
  /**
   * e-value of the null, in [0, 1.8e308], where the method has one: of mean at most 1 under the null whenever one looks.
   * The p-value is then min(1, 1 / e) or less, and e-values may be averaged and fed to e-BH under any dependence.
   */
  eValue?(effect: Effect, nullValue: number, alternative: Alternative, options: z.output<Options>): number;
  /** where the test stands that may stop early, where the method is one. @param better the side on which the effect is an improvement */
  stopping?(effect: Effect, alpha: number, better: 1 | -1, options: z.output<Options>): Stopping | Refusal;
  /** posterior of the effect, where the method has one */
  posterior?(effect: Effect, options: z.output<Options>): Posterior;
  /** why the method, with these options, cannot answer for this effect; null or absent: it can. Ask before the others. */
  refusal?(effect: Effect, options: z.output<Options>): Refusal | null;
}

/** Where a test that may stop early stands at the present look. */
export interface Stopping {
  /** counted from 1 */
  readonly look: number;
  /** information over that at the planned end; above 1 when the plan is over-run */
  readonly share: number;
  /** standardised distance from no effect, towards the better side */
  readonly statistic: number;
  /** the test stops when the statistic is at least this, or at most minus this; null: nothing is left to spend */
  readonly efficacy: number | null;
  /** it may stop below this; null: not before the end, or not planned for */
  readonly futility: number | null;
  /** null: it goes on */
  readonly stop: 'efficacy' | 'harm' | 'futility' | 'end' | null;
  /** what is known when it stops here, by the stage-wise ordering, in the units of the estimate; null while it goes on */
  readonly stageWise: { readonly pValue: number; readonly medianUnbiased: number; readonly interval: ConfidenceSet } | Refusal | null;
}

/** Belief about an effect, in the units of its estimate. */
export interface NormalPosterior {
  readonly mean: number;
  readonly standardDeviation: number;
}

/** Belief about an effect after the data, in the units of its estimate. */
export interface Posterior {
  readonly mean: number;
  readonly standardDeviation: number;
  /** chance that the effect is above a value */
  chanceAbove(value: number): number;
  chanceBelow(value: number): number;
  /** chance that it is between two values */
  chanceWithin(lower: number, upper: number): number;
  /** means of the effect's positive part and of its negative part */
  readonly parts: () => { readonly positive: number; readonly negative: number };
}

export const defineInference = <N extends string, O extends z.ZodObject, P extends z.ZodObject = O>(method: Inference<N, O, P>): Inference<N, O, P> => method;
