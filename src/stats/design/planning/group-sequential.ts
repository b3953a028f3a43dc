import { z } from 'zod';
import { boundaryOf, type BoundaryState } from '../../inference/group-sequential/boundary.js';
import { planDrift } from '../../inference/group-sequential/plan-drift.js';
import { spendingSchema } from '../../inference/group-sequential/spending.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { criticalValue, testPower } from './critical.js';
import { expectedDays } from './duration.js';
import { planComparison, plannedShape } from './plan-comparison.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage, questionShape, plannedAlternativeSchema, plannedDirectionSchema } from './question.js';
import { equalLooks, sequentialPower } from './sequential-plan.js';
import { prepareSetting, testedSettingShape } from './setting.js';
import { solveEffect } from './solve.js';

const FORMULA = 'first crossing of the Lan-DeMets boundary by recursive integration';

const futilitySchema = z.strictObject({
  beta: z.number().gt(0).lt(1).default(0.2).describe('chance to miss the effect that the boundaries are made for, a fraction; 1 - power fits the plan'),
  spending: spendingSchema.default({ family: 'obrien_fleming' }).describe('how beta is spent over information'),
  binding: z.boolean().default(false).describe('true: the test must stop there, and rejects a little more easily for it; false: stopping is a free choice'),
}).meta({ id: 'PlannedFutility' });

/** Power, sample size, smallest detectable effect and expected duration of a few planned looks that share alpha. */
export const groupSequential = definePlanner({
  name: 'group_sequential',
  title: 'Group sequential (Lan-DeMets)',
  formula: FORMULA,
  references: ['Lan, DeMets (1983), Biometrika 70', 'Jennison, Turnbull (2000), Group Sequential Methods'],
  data: {},
  options: z.strictObject({
    ...testedSettingShape, ...questionShape,
    alternative: plannedAlternativeSchema.default('two_sided').describe('which effects count'),
    spending: spendingSchema.default({ family: 'obrien_fleming' }).describe('how alpha is spent over information'),
    looks: z.number().int().gte(1).lte(300).default(5).describe('looks after equal numbers of units, the last at the end'),
    lookTimes: z.array(z.number().gt(0).lte(1)).min(1).max(300).optional().describe('instead of looks: share of the units at each, increasing, the last 1'),
    futility: futilitySchema.optional().describe('stopping because the effect has become implausible; one-sided tests only; absent: never'),
    direction: plannedDirectionSchema.default('increase').describe('sign of a smallest detectable effect of a two-sided test'),
  }).refine(asksOneThing, { message: asksOneThingMessage })
    .refine(({ lookTimes }) => !lookTimes || (lookTimes.at(-1) === 1 && lookTimes.every((t, k) => k === 0 || t > lookTimes[k - 1]!)), { message: 'must increase and end at 1', path: ['lookTimes'] }),
  result: z.object({
    ...plannedShape,
    lookTimes: z.array(z.number()).describe('share of the units at each look'),
    boundary: z.array(z.number().nullable()).describe('critical value of each look, in standard errors; null: no rejection there'),
    futilityBoundary: z.array(z.number().nullable()).describe('at each look, standard errors towards the alternative below which the test stops; null: it does not stop'),
    powerByLook: z.array(z.number()).describe('chance to have stopped with a rejection by each look'),
    expectedUnits: z.number().describe('units of all arms together at stopping, on average under the effect'),
    expectedUnitsWithoutEffect: z.number().describe('the same when there is no effect'),
    expectedDays: z.number().nullable().describe('until the test stops, its last units matured, on average under the effect; null when no traffic was given or it takes more than ten years'),
    expectedDaysWithoutEffect: z.number().nullable().describe('the same when there is no effect'),
    inflation: z.number().describe('units over those of one look at the end with the same power'),
  }),
  plan(options) {
    const prepared = prepareSetting(options, 'group_sequential');
    if (isRefusal(prepared)) return prepared;
    const { alternative } = options;
    const times = options.lookTimes ?? equalLooks(options.looks);
    const sides = alternative === 'two_sided' ? 2 : 1;
    const state = boundariesOf(options, prepared.alpha, sides, times);
    if (isRefusal(state)) return state;
    const boundary = state.looks.map((look) => look.upper ?? Infinity);
    // one-sided boundaries look towards the alternative
    const orientation = alternative === 'less' ? -1 : 1;
    const lower = state.looks.map((look) => look.lower ?? -Infinity);
    const watched = (drift: number) => sequentialPower({ times, upper: boundary, lower }, orientation * drift, sides === 2);
    const solved = planComparison({
      planner: 'group_sequential', formula: FORMULA, sizeName: 'effect', setting: options, prepared,
      question: { ...options, size: options.effect },
      direction: alternative === 'less' || (alternative === 'two_sided' && options.direction === 'decrease') ? -1 : 1,
      evaluate(effect, units) {
        const contrast = prepared.contrast(effect, units);
        return { power: watched(effect / contrast.standardError).power, criticalValue: boundary.at(-1)!, contrast, effect, isNormal: true };
      },
    });
    if (isRefusal(solved)) return solved;
    const { planned } = solved;
    const drift = planned.effect / planned.standardError;
    const { powerByLook, expectedInformation, endsAtLook } = watched(drift);
    const none = watched(0);
    const daysOf = (ends: readonly number[]) => expectedDays(ends, times.map((time) => time * planned.units), options.traffic);
    const oneLook = criticalValue(prepared.alpha, alternative, Infinity);
    const fixedDrift = solveEffect((size) => testPower(size, oneLook, alternative, Infinity), planned.power, 1, drift > 0 ? Infinity : -Infinity);
    return {
      ...planned,
      lookTimes: [...times],
      boundary: state.looks.map((look) => look.upper),
      futilityBoundary: state.looks.map((look) => (options.futility ? look.lower : null)),
      powerByLook: [...powerByLook],
      expectedUnits: expectedInformation * planned.units,
      expectedUnitsWithoutEffect: none.expectedInformation * planned.units,
      expectedDays: daysOf(endsAtLook),
      expectedDaysWithoutEffect: daysOf(none.endsAtLook),
      inflation: (drift / fixedDrift.value) ** 2,
    };
  },
});

function boundariesOf({ spending, futility }: Pick<z.output<typeof groupSequential.options>, 'spending' | 'futility'>, alpha: number, sides: 1 | 2, times: readonly number[]): BoundaryState | Refusal {
  const design = { alpha, sides, spending, plannedInformation: 1 };
  if (!futility) return boundaryOf(design, times);
  if (sides === 2) return refuse('unsupported_combination', 'group_sequential futility needs a one-sided test', 'Plan with the alternative greater or less.');
  const drift = planDrift(design, futility, times);
  return isRefusal(drift) ? drift : boundaryOf({ ...design, futility: { ...futility, drift } }, times);
}
