import { z } from 'zod';
import { numeric, numerics, optionalCategory, optionalNumeric } from '../../estimators/estimator.js';
import { normalQuantile, normalUpperQuantile } from '../../numeric/normal.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { historyFrame, historyValue, type HistoryFrame } from './history-frame.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage, questionShape, plannedAlternativeSchema } from './question.js';
import { rehearsedInferenceSchema } from './rehearsed-inference.js';
import { rehearse, type Injection, type Rehearsal } from './resample.js';
import { settingShape } from './setting.js';
import { daysToReach } from './duration.js';

const FORMULA = 'simulation: experiments resampled from history';
/** Draws that one answer may take; about a minute. */
const MOST_DRAWS = 5e8;
/** Corrections of a first guess: each removes most of what is left, and the last digits are Monte Carlo error. */
const ROUNDS = 5;

const historyOptions = z.strictObject({
  effect: questionShape.effect, units: questionShape.units, power: questionShape.power,
  scale: settingShape.scale,
  treatmentShare: z.number().gt(0).lt(1).default(0.5).describe('share of units in the treatment arm'),
  alpha: settingShape.alpha,
  alternative: plannedAlternativeSchema.default('two_sided').describe('which effects count'),
  inference: rehearsedInferenceSchema.default({ method: 'fixed' }).describe('how each look is read: { method } and its options, as in the plan of an experiment'),
  looks: z.number().int().gte(1).lte(300).default(1).describe('equally spaced looks, the last at the end; a rejection stops. More than one with fixed shows what peeking costs'),
  replicates: z.number().int().gte(100).lte(100_000).default(1000).describe('simulated experiments; the Monte Carlo error falls with its root'),
  seed: z.number().int().gte(0).lte(4_294_967_295).default(1).describe('of the random streams'),
  traffic: settingShape.traffic,
}).refine(asksOneThing, { message: asksOneThingMessage });
type Options = z.output<typeof historyOptions>;

/** Power, sample size and smallest detectable effect on the user's own data: its skew, its clusters, its covariates, with peeking. */
export const history = definePlanner({
  name: 'history',
  title: 'Rehearsed on your own history',
  formula: FORMULA,
  references: ['Efron, Tibshirani (1993), An Introduction to the Bootstrap, chapter 25 (power by resampling)'],
  data: {
    value: numeric('the metric, one row a unit'),
    denominator: optionalNumeric('denominator of a ratio metric; absent: a mean or proportion'),
    covariates: numerics('known before exposure; adjusted for as in an analysis'),
    cluster: optionalCategory('cluster or window that is randomised whole; absent: units are randomised'),
  },
  options: historyOptions,
  result: z.object({
    status: z.literal('planned').describe('always planned'),
    solvedFor: z.enum(['effect', 'units', 'power']).describe('which of them was asked'),
    effect: z.number().describe('true effect that is put in, in units of the scale'),
    units: z.number().int().describe('units (or clusters) of both arms together'),
    power: z.number().describe('share of simulated experiments that reject'),
    monteCarloError: z.number().describe('standard error of the power'),
    falsePositives: z.number().describe('share that reject with no effect put in: what alpha really is on these data'),
    expectedUnits: z.number().describe('units at stopping, on average under the effect'),
    days: z.number().int().nullable().describe('until the last unit has matured; null without traffic'),
    controlValue: z.number().describe('in history, in units of the metric'),
    historyRows: z.number().int().describe('units (or clusters) that are resampled'),
    replicates: z.number().int().describe('simulated experiments'),
    formula: z.string().describe('how it was computed'),
  }),
  plan(options, data) {
    const frame = historyFrame(data);
    if (isRefusal(frame)) return frame;
    const rehearsal: Rehearsal = { ...options, frame };
    const found = search(options, rehearsal);
    if (isRefusal(found)) return found;
    const injection = injectionOf(frame, options.scale, found.effect);
    if (isRefusal(injection)) return injection;
    const { rejected, expectedUnits, refusal } = rehearse(rehearsal, injection, found.units);
    if (refusal) return refusal;
    const solvedFor = options.units === undefined ? 'units' as const : options.effect === undefined ? 'effect' as const : 'power' as const;
    return {
      status: 'planned' as const, ...found, solvedFor,
      power: rejected,
      monteCarloError: Math.sqrt(Math.max(rejected * (1 - rejected), 1 / options.replicates) / options.replicates),
      falsePositives: rehearse(rehearsal, null, found.units).rejected,
      expectedUnits,
      days: options.traffic ? daysToReach(found.units, options.traffic) : null,
      controlValue: historyValue(frame),
      historyRows: frame.rows,
      replicates: options.replicates,
      formula: FORMULA,
    };
  },
});

/** The pair of effect and units that the question asks for: a guess, corrected by the power that its rehearsal has. */
function search(options: Options, rehearsal: Rehearsal): { effect: number; units: number } | Refusal {
  const z = normalUpperQuantile(options.alpha / (options.alternative === 'two_sided' ? 2 : 1));
  const sign = options.alternative === 'less' ? -1 : 1;
  let effect = options.effect ?? sign * firstEffect(options, rehearsal, z);
  let units = options.units ?? 1000;
  const target = options.power;
  for (let round = 0; round < ROUNDS && target !== undefined; round++) {
    if (units * rehearsal.replicates > MOST_DRAWS) {
      return refuse('unsupported_combination', `history needs at most ${MOST_DRAWS} draws; ${Math.ceil(units)} units x ${rehearsal.replicates} replicates are more`, 'Use fewer replicates, a larger effect, or a planner with a closed form.');
    }
    const injection = injectionOf(rehearsal.frame, options.scale, effect);
    if (isRefusal(injection)) return injection;
    const replicates = rehearsal.replicates;
    const rehearsed = rehearse(rehearsal, injection, Math.ceil(units));
    if (rehearsed.refusal) return rehearsed.refusal;
    const power = Math.min(1 - 0.5 / replicates, Math.max(0.5 / replicates, rehearsed.rejected));
    // noncentrality is proportional to the effect and to the root of units
    const stretch = (z + normalQuantile(target)) / Math.max(0.2, z + normalQuantile(power));
    if (options.units === undefined) units = Math.max(2 * FEWEST_IN_ARM / Math.min(options.treatmentShare, 1 - options.treatmentShare), units * stretch ** 2);
    else effect *= stretch;
  }
  return { effect, units: Math.ceil(units) };
}

const FEWEST_IN_ARM = 2;

/** Two and a half to three standard errors, from the spread of history. */
function firstEffect(options: Options, { frame, treatmentShare }: Rehearsal, z: number): number {
  const value = historyValue(frame);
  const [numerator, denominator] = frame.columns as [Float64Array, Float64Array];
  const residual = frame.outcomes === 2 ? numerator.map((v, i) => v - value * denominator[i]!) : numerator.map((v) => v - value);
  const scale = frame.outcomes === 2 ? denominator.reduce((sum, v) => sum + v, 0) / frame.rows : 1;
  const variance = residual.reduce((sum, v) => sum + v * v, 0) / frame.rows / scale ** 2;
  const error = Math.sqrt(variance / (options.units! * treatmentShare * (1 - treatmentShare)));
  return ((z + 1) * error) / (options.scale === 'lift' ? Math.abs(value) : 1);
}

/** Binary values convert more often, others are multiplied (lift) or moved (difference). */
function injectionOf(frame: HistoryFrame, scale: 'lift' | 'difference', effect: number): Injection | Refusal {
  const rate = historyValue(frame);
  if (scale === 'lift' && rate === 0) return refuse('denominator_near_zero', 'history needs a value other than 0 for a lift', 'Plan the difference (scale: difference).');
  if (frame.isBinary) {
    const by = scale === 'lift' ? rate * (1 + effect) : rate + effect;
    return by >= 0 && by <= 1 ? { kind: 'convert', by, rate }
      : refuse('unsupported_combination', `history needs an effect that leaves the treatment rate in [0, 1]; got ${by}`, 'Plan for a smaller effect, or for more units.');
  }
  if (scale === 'difference') return { kind: 'add', by: effect, rate };
  return { kind: 'multiply', by: 1 + effect * Math.sign(rate), rate };
}
