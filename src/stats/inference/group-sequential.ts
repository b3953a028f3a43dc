import { z } from 'zod';
import type { Effect } from '../effects/effect.js';
import { isRefusal, refuse, type Refusal } from '../refusal.js';
import type { CriticalCurve } from './group-sequential/critical-curve.js';
import { planDrift } from './group-sequential/plan-drift.js';
import { repeatedCritical, repeatedCurve, repeatedPValue, type LooksSoFar } from './group-sequential/repeated-critical.js';
import { spendingSchema } from './group-sequential/spending.js';
import { futilityBounds, stopReading, type StageWiseDistances, type StoppingPlan } from './group-sequential/stopping.js';
import { defineInference, type Alternative, type ConfidenceSet, type Look, type Stopping } from './inference.js';
import { notRejected, standardised, towards } from './statistic.js';

const futilitySchema = z.strictObject({
  beta: z.number().gt(0).lt(0.5).default(0.2).describe('chance to give up an effect of the size that is planned for'),
  spending: spendingSchema.default({ family: 'obrien_fleming' }).describe('how that chance is spent over information'),
  binding: z.boolean().optional().describe('true: the test must stop there, and rejects a little more easily for it; one-sided tests only. Absent: stopping is a free choice'),
});

export const groupSequentialOptions = z.strictObject({
  spending: spendingSchema.default({ family: 'obrien_fleming' }).describe('how the error rate is spent over information'),
  futility: futilitySchema.extend({ drift: z.number().gt(0).describe('expected standardised statistic at the planned end under the effect that is planned for') })
    .optional().describe('advice to stop when that effect has become implausible; absent: none'),
  looks: z.array(z.number().gt(0)).min(1).max(2000)
    .refine((looks) => looks.every((look, k) => k === 0 || look > looks[k - 1]!), { message: 'must grow from look to look: leave out looks that gained nothing, and give all that was seen so far at each' })
    .describe('information at each look so far, the present one last: fractions of the plan, or units'),
  plannedInformation: z.number().gt(0).default(1).describe('at the planned end, in the unit of looks; a look beyond it spends all that is left'),
  isOneSided: z.boolean().default(false).describe('true: the test that may stop rejects on the better side only, at all of its error rate'),
  designAlpha: z.number().gt(0).lt(0.5).default(0.05).describe('error rate at which futility that binds is bounded'),
});

const groupSequentialPlan = groupSequentialOptions.pick({ spending: true }).extend({
  plannedUnits: z.number({ error: 'a group sequential plan needs the units of all arms at its planned end, for that is what it spends the error rate over; assay power plans them' }).int().gte(2).describe('units of all arms at the planned end'),
  looks: groupSequentialOptions.shape.looks.optional()
    .describe('shares of the planned units at which the results are looked at, each once; absent: a look at the end of every day of exposure'),
  futility: futilitySchema.optional().describe('stop when the effect that the plan has power 1 - beta for has become implausible. Unless it is called binding, the other boundaries hold whether or not one stops; absent: none'),
});

/**
 * Group sequential test by error spending: looks may be irregular and unplanned, and run over.
 *
 * Intervals are repeated confidence intervals and p-values repeated p-values: at every look they hold for all looks of the plan
 * together, whether or not the test stops. After the planned information has been passed once nothing is left to spend:
 * later looks exclude nothing. Extend the plan before its end instead.
 * @see Lan, DeMets (1983), Biometrika 70; Jennison, Turnbull (1989), JRSS B 51 (repeated confidence intervals)
 */
export const groupSequential = defineInference({
  name: 'group_sequential',
  title: 'group sequential, repeated confidence interval',
  anytimeValid: false,
  references: ['Lan, DeMets (1983), Biometrika 70(3)', 'Jennison, Turnbull (1989), JRSS B 51(3)', 'Jennison, Turnbull (2000), Group Sequential Methods'],
  options: groupSequentialOptions,
  planned: { options: groupSequentialPlan, bind: (planned, look) => looksSoFar(planned, look) },
  countsLooks: true,
  inWords: ({ looks, plannedInformation }) =>
    `group sequential, repeated confidence interval: look ${looks.length}, at ${Number((100 * looks.at(-1)! / plannedInformation).toPrecision(3))}% of the planned information`,
  interval(effect, alpha, alternative, options) {
    const set = notRejected(effect, criticalOf(options, alpha, sidesOf(alternative)), alternative);
    const stopsBelow = alternative === 'two_sided' ? null : bindingBounds(options);
    return stopsBelow === null ? set : closedAtZero(set, notRejected(effect, criticalOf(options, alpha, 1, stopsBelow), alternative), alternative);
  },
  pValue(effect, nullValue, alternative, options) {
    const isWithinNull = alternative === 'greater' ? nullValue <= 0 : alternative === 'less' && nullValue >= 0;
    const curve = curveOf(options, sidesOf(alternative), isWithinNull ? bindingBounds(options) : null);
    return repeatedPValue(curve, towards(standardised(effect, nullValue), alternative), sidesOf(alternative));
  },
  stopping(effect, alpha, better, options) {
    const reading = stopReading(stoppingPlan(options), better * standardised(effect, 0), alpha);
    if (isRefusal(reading)) return reading;
    const { stageWise } = reading;
    return { ...reading, stageWise: stageWise === null || isRefusal(stageWise) ? stageWise : inUnits(effect, stageWise, better) };
  },
});

/** Ends of tests at these distances: for a lift by Fieller, as its other intervals. */
function inUnits(effect: Effect, { pValue, toEstimate, toLower, toUpper }: StageWiseDistances, better: 1 | -1): Exclude<Stopping['stageWise'], Refusal | null> | Refusal {
  const endAt = (distance: number): number | null => (distance < 0 ? notRejected(effect, -distance, 'less').upper : notRejected(effect, distance, 'greater').lower);
  const farEnd = toUpper === null ? null : endAt(-better * toUpper);
  const [lower, upper] = better === 1 ? [endAt(toLower), farEnd] : [farEnd, endAt(-toLower)];
  const medianUnbiased = endAt(better * toEstimate);
  if (medianUnbiased === null) return refuse('denominator_near_zero', 'group sequential needs a control value that can be told from zero for the stage-wise estimate of a lift', 'Read the difference instead of the lift.');
  return { pValue, medianUnbiased, interval: { shape: 'interval', lower, upper } };
}

/**
 * Every look that the plan counts up to now, made or not: a look that was counted and not made costs power, never validity.
 *
 * The present look has the units seen now. The first counted look at or beyond the planned units is the end, however far it runs
 * over, and spends all that is left: looks after it are refused, since each would add the error rate of another test. Looks that
 * the plan gives as shares are each made once, so that the end gives way to the present look.
 */
function looksSoFar({ spending, plannedUnits, looks, futility }: z.output<typeof groupSequentialPlan>, { alpha, isOneSided, units, unitsByDay }: Look): z.input<typeof groupSequentialOptions> | Refusal {
  if (!looks && unitsByDay.length === 0) return refuse('unsupported_combination', 'group sequential needs its looks: exposures have no times to tell the days', 'Name the column of the exposure time, or give inference.looks.');
  const end = looks ? undefined : unitsByDay.find((at) => at >= plannedUnits);
  if (end !== undefined && end < units) return refuse('unsupported_combination', `group sequential came to its end at ${end} units of ${plannedUnits} planned, and has no error rate left for the look at ${units}`, 'Read the analysis as of the day of that end (asOf); to go on looking, plan for more units before the end is reached.');
  const counted = looks ? looks.map((share) => share * plannedUnits) : [...new Set(unitsByDay)];
  const drift = futility && driftOf(spending, futility, looks ?? EVENLY, isOneSided ? alpha : alpha / 2);
  if (isRefusal(drift)) return drift;
  return { spending, plannedInformation: plannedUnits, isOneSided: isOneSided ?? false, designAlpha: alpha, ...(futility && { futility: { ...futility, drift: drift! } }), looks: [...counted.filter((at) => at > 0 && at < Math.min(units, plannedUnits)), units] };
}

/** Looks by which a plan that names none is taken to detect its effect: fifty would raise the drift by 1.5 %. */
const EVENLY = Array.from({ length: 10 }, (_, k) => (k + 1) / 10);

/**
 * The effect that the plan has power 1 - beta for when it is looked at as planned and stops for futility.
 * @param alpha one-sided
 */
function driftOf(spending: Options['spending'], { beta, spending: futilitySpending, binding = false }: z.output<typeof futilitySchema>, looks: readonly number[], alpha: number): number | Refusal {
  const times = [...looks.filter((share) => share < 1), 1];
  return cached(drifts, JSON.stringify([spending, beta, futilitySpending, binding, times, alpha]), () =>
    planDrift({ alpha, sides: 1, spending, plannedInformation: 1 }, { beta, spending: futilitySpending, binding }, times));
}

const sidesOf = (alternative: Alternative): 1 | 2 => (alternative === 'two_sided' ? 2 : 1);

type Options = z.output<typeof groupSequentialOptions>;

/** What the rows of one analysis share: boundaries at their levels, and the curve behind their p-values. */
const criticals = new Map<string, number | null>();
const curves = new Map<string, CriticalCurve>();
const drifts = new Map<string, number | Refusal>();
const bindings = new Map<string, readonly (number | null)[]>();
const MOST_CACHED = 1000;

/** Rows of one analysis hand over the same object, which is written out once. */
const keys = new WeakMap<Options, string>();

/** @param stopsBelow null: the test is free to go on */
const criticalOf = (options: Options, alpha: number, sides: 1 | 2, stopsBelow: Bounds = null): number | null =>
  cached(criticals, `${keyOf(options)} ${sides} ${alpha} ${stopsBelow !== null}`, () => repeatedCritical(looksOf(options, stopsBelow), alpha, sides));
const curveOf = (options: Options, sides: 1 | 2, stopsBelow: Bounds): CriticalCurve =>
  cached(curves, `${keyOf(options)} ${sides} ${stopsBelow !== null}`, () => repeatedCurve(looksOf(options, stopsBelow), sides));

type Bounds = readonly (number | null)[] | null;
const looksOf = ({ spending, looks, plannedInformation }: Options, stopsBelow: Bounds): LooksSoFar => ({ spending, looks, plannedInformation, ...(stopsBelow && { stopsBelow }) });

function stoppingPlan(options: Options): StoppingPlan {
  const { futility, isOneSided } = options;
  return { ...looksOf(options, bindingBounds(options)), isOneSided, ...(futility && { futility: { ...futility, binding: futility.binding ?? false } }) };
}

/** Where a test that must stop for futility does so, at each look so far; null: it need not. */
function bindingBounds(options: Options): Bounds {
  const { futility, designAlpha } = options;
  if (!futility?.binding) return null;
  return cached(bindings, keyOf(options), () => {
    const bounds = futilityBounds({ ...looksOf(options, null), isOneSided: true }, { ...futility, binding: true }, designAlpha);
    if (isRefusal(bounds)) throw new Error(bounds.detail);
    return bounds;
  });
}

/**
 * One-sided set where futility binds: by the boundary of the test that must stop for effects up to none, and by that of a free test for
 * effects beyond, under which stopping is rarer and the lower boundary would not hold.
 */
function closedAtZero(free: ConfidenceSet, bound: ConfidenceSet, alternative: Alternative): ConfidenceSet {
  const end = alternative === 'greater' ? 'lower' : 'upper';
  const [far, near] = [free.shape === 'interval' ? free[end] : null, bound.shape === 'interval' ? bound[end] : null];
  if (near === null || (far !== null && (alternative === 'greater' ? far > 0 : far < 0))) return free;
  return { shape: 'interval', lower: null, upper: null, [end]: alternative === 'greater' ? Math.min(0, near) : Math.max(0, near) };
}

function keyOf(options: Options): string {
  const known = keys.get(options);
  if (known !== undefined) return known;
  const key = JSON.stringify(options);
  keys.set(options, key);
  return key;
}

function cached<V>(cache: Map<string, V>, key: string, make: () => V): V {
  const known = cache.get(key);
  if (known !== undefined) return known;
  if (cache.size >= MOST_CACHED) cache.clear();
  const made = make();
  cache.set(key, made);
  return made;
}
