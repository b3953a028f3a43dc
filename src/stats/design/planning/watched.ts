import { z } from 'zod';
import { type Alternative, type Inference } from '../../inference/inference.js';
import { isRefusal, type Refusal } from '../../refusal.js';
import { testPower } from './critical.js';
import { expectedDays } from './duration.js';
import { planComparison, plannedShape } from './plan-comparison.js';
import { questionShape, plannedAlternativeSchema, plannedDirectionSchema } from './question.js';
import { equalLooks, looksOf, sequentialPower } from './sequential-plan.js';
import { prepareSetting, testedSettingShape, type PreparedSetting } from './setting.js';

/** What is asked of every method that may be watched. */
export const watchedShape = {
  ...testedSettingShape, ...questionShape,
  alternative: plannedAlternativeSchema.default('two_sided').describe('which effects count'),
  looks: z.number().int().gte(1).lte(300).default(20).describe('looks after equal numbers of units, the last at the end; one more day is one more look'),
  direction: plannedDirectionSchema.default('increase').describe('sign of a smallest detectable effect of a two-sided test'),
};
export const watchedResult = z.object({
  ...plannedShape,
  powerAtEndOnly: z.number().describe('chance that the last look alone excludes zero, a fraction'),
  powerByLook: z.array(z.number()).describe('chance to have stopped with a rejection by each look'),
  expectedUnits: z.number().describe('units of all arms together at stopping, on average under the effect'),
  expectedDays: z.number().nullable().describe('until the test stops, its last units matured, on average under the effect; null when no traffic was given or it takes more than ten years'),
});
type WatchedOptions = z.output<z.ZodObject<typeof watchedShape>>;

/** A method that may be watched. */
export interface Watched {
  /** of the planner */
  readonly name: string;
  readonly method: Pick<Inference, 'interval' | 'title'>;
  /** options of the method at a look */
  optionsAt(alpha: number, isLast: boolean): object;
}
export const watchedFormula = ({ title }: Pick<Inference, 'title'>): string => `first crossing of the ${title} by recursive integration`;

/** Plans with the critical values of the method itself, look by look. */
export function planWatched(options: WatchedOptions, watched: Watched): z.output<typeof watchedResult> | Refusal {
  const prepared = prepareSetting(options, watched.name);
  if (isRefusal(prepared)) return prepared;
  const { alternative } = options;
  const times = equalLooks(options.looks);
  const boundary = (effect: number, units: number): number[] => times.map((time, k) =>
    criticalAt(watched.method, watched.optionsAt(prepared.alpha, k === times.length - 1), { prepared, alternative, effect, units: units * time, isLift: options.scale === 'lift' }));
  const powerOf = (effect: number, units: number) =>
    sequentialPower(looksOf(times, boundary(effect, units), alternative), effect / prepared.contrast(effect, units).standardError, alternative !== 'greater');
  const solved = planComparison({
    planner: watched.name, formula: watchedFormula(watched.method), sizeName: 'effect', setting: options, prepared,
    question: { ...options, size: options.effect },
    direction: alternative === 'less' || (alternative === 'two_sided' && options.direction === 'decrease') ? -1 : 1,
    evaluate: (effect, units) => ({ power: powerOf(effect, units).power, criticalValue: boundary(effect, units).at(-1)!, contrast: prepared.contrast(effect, units), effect, isNormal: true }),
  });
  if (isRefusal(solved)) return solved;
  const { planned } = solved;
  const { powerByLook, expectedInformation, endsAtLook } = powerOf(planned.effect, planned.units);
  return {
    ...planned,
    powerAtEndOnly: testPower(planned.effect / planned.standardError, planned.criticalValue, alternative, Infinity),
    powerByLook: [...powerByLook],
    expectedUnits: expectedInformation * planned.units,
    expectedDays: expectedDays(endsAtLook, times.map((time) => time * planned.units), options.traffic),
  };
}

interface LookAt {
  readonly prepared: PreparedSetting;
  readonly alternative: Alternative;
  readonly effect: number;
  readonly units: number;
  readonly isLift: boolean;
}

/** Half of the method's interval about an estimate of 0, in standard errors. */
function criticalAt(method: Pick<Inference, 'interval'>, options: object, { prepared, alternative, effect, units, isLift }: LookAt): number {
  const { standardError } = prepared.contrast(effect, units);
  const compared = { estimate: 0, standardError, degreesOfFreedom: null, n: units * (prepared.controlShare + prepared.treatmentShare), baseline: isLift ? 1 : prepared.controlValue };
  const { lower, upper } = method.interval(compared, prepared.alpha, alternative, options as never);
  const end = alternative === 'less' ? upper : lower;
  return end === null ? Infinity : Math.abs(end) / standardError;
}
