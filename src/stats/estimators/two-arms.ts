import { z } from 'zod';
import type { Contrast, Effect } from '../effects/effect.js';
import { confidenceSequence } from '../inference/confidence-sequence.js';
import { fixed } from '../inference/fixed.js';
import { alternatives, type ConfidenceSet } from '../inference/inference.js';
import { isRefusal, refusalReasons, type Refusal } from '../refusal.js';
import { momentsOf, type Moments } from '../summaries/moments.js';
import { valuesWhere } from '../summaries/frame.js';
import { category, level, OptionsError, type Category, type Numeric } from './estimator.js';

/** The treatment column of every two-arm estimator. */
export const treatmentRole = category('arm of each unit');

/** Options that every comparison of two arms shares. */
export const twoArmOptions = {
  control: z.string().optional().describe('level of the treatment column that is the control; absent: the first of two levels'),
  treatment: z.string().optional().describe('level that is compared with the control; absent: the other of two levels'),
  level,
  alternative: z.enum(alternatives).default('two_sided').describe('what the p-value speaks for: greater means treatment above control'),
  nullDifference: z.number().default(0).describe('difference under the null, in units of the outcome; for a non-inferiority margin'),
  nullLift: z.number().default(0).describe('lift under the null, a fraction'),
  liftInterval: z.enum(['fieller', 'delta']).default('fieller').describe('fieller inverts the test and stays right when the control value is near zero; delta is symmetric about the estimate'),
  inference: z.enum(['fixed', 'confidence_sequence']).default('fixed').describe('fixed: one look; confidence_sequence: valid however often one looks'),
  tuningUnits: z.number().int().gte(2).default(5000).describe('units of both arms at which a confidence sequence is tightest'),
} as const;
export type TwoArmOptions = z.output<z.ZodObject<typeof twoArmOptions>>;

export const setSchema = z.object({
  shape: z.enum(['interval', 'complement', 'line']).describe('interval: between the ends; complement: outside them; line: nothing is excluded'),
  lower: z.number().nullable().describe('null: unbounded'),
  upper: z.number().nullable().describe('null: unbounded'),
}).meta({ id: 'EstimateSet', description: 'The values that are not excluded, in the units of the estimate.' });
export const effectSchema = z.object({
  estimate: z.number().describe('difference in units of the outcome, or lift as a fraction'),
  standardError: z.number().describe('in the units of the estimate'),
  degreesOfFreedom: z.number().nullable().describe('of the reference t distribution; null: normal'),
  interval: setSchema.describe('at the level asked for'),
  pValue: z.number().describe('of the null asked for, in [0, 1]'),
}).meta({ id: 'TwoArmEffect', description: 'Treatment against control, with its uncertainty.' });
const armSchema = z.object({
  name: z.string().describe('level of the treatment column'),
  n: z.number().int().describe('units'),
  value: z.number().describe('after adjustment, in units of the outcome'),
  standardError: z.number().describe('in units of the outcome'),
}).meta({ id: 'TwoArmValue', description: 'The outcome in one arm.' });
export const liftRefusalSchema = z.object({
  status: z.literal('refused').describe('always refused'),
  reason: z.enum(refusalReasons).describe('why there is no lift'),
  detail: z.string().describe('which bound was missed'),
  remedy: z.string().describe('what would make the question answerable'),
}).meta({ id: 'LiftRefusal', description: 'Why there is a difference and no lift.' });

/** What every comparison of two arms answers. */
export const twoArmResult = {
  control: armSchema.describe('the control arm'),
  treatment: armSchema.describe('the arm that is compared with it'),
  difference: effectSchema.describe('treatment minus control'),
  lift: effectSchema.nullable().describe('(treatment - control) / |control|, a fraction; null when it was refused'),
  liftRefusal: liftRefusalSchema.nullable().describe('why there is no lift'),
} as const;
export type TwoArmResult = z.output<z.ZodObject<typeof twoArmResult>>;

/** The two levels to compare, as codes of the treatment column. */
export interface TwoLevels { readonly control: number; readonly treatment: number }

/**
 * Which levels are compared. Names may be left out only where two levels leave no doubt; control is then the first.
 * @throws OptionsError when a name is missing, unknown, or given twice
 */
export function twoLevels({ name, levels }: Category, options: Pick<TwoArmOptions, 'control' | 'treatment'>): TwoLevels {
  for (const role of ['control', 'treatment'] as const) {
    const given = options[role];
    if (given !== undefined && !levels.includes(given)) throw new OptionsError(`${role} must be one of ${levels.join(', ')}; got "${given}"`, [role]);
    if (given === undefined && levels.length > 2) throw new OptionsError(`${role} must be named, as ${name} has ${levels.length} levels: ${levels.join(', ')}`, [role]);
  }
  if (levels.length < 2) throw new OptionsError(`the treatment column must have at least two levels; ${name} has ${levels.length}: wait for units in another arm, or name the column that holds all arms`, ['treatment']);
  const control = options.control ?? levels.find((candidate) => candidate !== options.treatment)!;
  const treatment = options.treatment ?? levels.find((candidate) => candidate !== control)!;
  if (control === treatment) throw new OptionsError(`treatment must differ from control; both are "${control}"`, ['treatment']);
  return { control: levels.indexOf(control), treatment: levels.indexOf(treatment) };
}

/** Moments of columns over the units of one level. */
export function levelMoments(columns: readonly Numeric[], { codes }: Category, code: number): Moments {
  return momentsOf(Object.fromEntries(columns.map((column, i) => [`${i} ${column.name}`, valuesWhere(column, codes, code)])));
}

/** Reads a contrast as the options ask; a refused difference is the refusal of the whole. */
export function answerTwoArms(contrast: Contrast | Refusal, { levels }: Category, { control, treatment }: TwoLevels, options: TwoArmOptions): TwoArmResult | Refusal {
  if (isRefusal(contrast)) return contrast;
  if (isRefusal(contrast.difference)) return contrast.difference;
  const lift = contrast.lift;
  return {
    control: { name: levels[control]!, ...contrast.control },
    treatment: { name: levels[treatment]!, ...contrast.treatment },
    difference: readEffect(contrast.difference, options.nullDifference, options),
    lift: isRefusal(lift) ? null : readEffect(options.liftInterval === 'delta' ? withoutQuotient(lift) : lift, options.nullLift, options),
    liftRefusal: isRefusal(lift) ? lift : null,
  };
}

const withoutQuotient = ({ quotient: _, shares: __, ...effect }: Effect): Effect => effect;

export type InferenceOptions = Pick<TwoArmOptions, 'level' | 'alternative' | 'inference' | 'tuningUnits'>;

/** An effect with its interval and p-value, as the options ask. */
export function readEffect(effect: Effect, nullValue: number, options: InferenceOptions): z.output<typeof effectSchema> {
  const { estimate, standardError, degreesOfFreedom } = effect;
  const alpha = 1 - options.level;
  return { estimate, standardError, degreesOfFreedom, ...judged(effect, nullValue, alpha, options) };
}

function judged(effect: Effect, nullValue: number, alpha: number, { inference, alternative, tuningUnits }: InferenceOptions): { interval: ConfidenceSet; pValue: number } {
  switch (inference) {
    case 'fixed':
      return { interval: fixed.interval(effect, alpha, alternative, {}), pValue: fixed.pValue(effect, nullValue, alternative, {}) };
    case 'confidence_sequence': {
      const sequence = { tuningUnits, designAlpha: alpha };
      return { interval: confidenceSequence.interval(effect, alpha, alternative, sequence), pValue: confidenceSequence.pValue(effect, nullValue, alternative, sequence) };
    }
  }
}
