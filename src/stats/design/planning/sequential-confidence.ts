import { z } from 'zod';
import { mixingScale, sequenceMultiplier } from '../../inference/confidence-sequence.js';
import { alternatives } from '../../inference/inference.js';
import { isRefusal } from '../../refusal.js';
import { testPower } from './critical.js';
import { planComparison, plannedShape } from './plan-comparison.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage, questionShape } from './question.js';
import { equalLooks, looksOf, sequentialPower } from './sequential-plan.js';
import { prepareSetting, testedSettingShape } from './setting.js';

const FORMULA = 'first crossing of the confidence sequence by recursive integration';

/** Power, sample size, smallest detectable effect and expected duration when an asymptotic confidence sequence is watched. */
export const sequentialConfidence = definePlanner({
  name: 'confidence_sequence',
  title: 'Watched by a confidence sequence',
  formula: FORMULA,
  references: ['Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), arXiv 2103.06476', 'Armitage, McPherson, Rowe (1969), JRSS A 132'],
  data: {},
  options: z.strictObject({
    ...testedSettingShape, ...questionShape,
    alternative: z.enum(alternatives).default('two_sided').describe('which effects count'),
    tuningUnits: z.number().int().gte(2).default(5000).describe('units of the compared arms together at which the sequence is tightest; best near the planned number'),
    looks: z.number().int().gte(1).lte(300).default(20).describe('looks after equal numbers of units, the last at the end; one more day is one more look'),
    direction: z.enum(['increase', 'decrease']).default('increase').describe('sign of a smallest detectable effect of a two-sided test'),
  }).refine(asksOneThing, { message: asksOneThingMessage }),
  result: z.object({
    ...plannedShape,
    powerAtEndOnly: z.number().describe('chance that the last look alone excludes zero, a fraction'),
    powerByLook: z.array(z.number()).describe('chance to have stopped with a rejection by each look'),
    expectedUnits: z.number().describe('units of all arms together at stopping, on average under the effect'),
  }),
  plan(options) {
    const prepared = prepareSetting(options, 'confidence_sequence');
    if (isRefusal(prepared)) return prepared;
    const { alternative, tuningUnits } = options;
    const times = equalLooks(options.looks);
    const rho = mixingScale(prepared.alpha, tuningUnits, alternative);
    const compared = prepared.controlShare + prepared.treatmentShare;
    const boundary = (units: number): number[] => times.map((time) => sequenceMultiplier(time * units * compared, rho, prepared.alpha, alternative));
    const watched = (drift: number, units: number) => sequentialPower(looksOf(times, boundary(units), alternative), drift, alternative !== 'greater');
    const solved = planComparison({
      planner: 'confidence_sequence', formula: FORMULA, sizeName: 'effect', setting: options, prepared,
      question: { ...options, size: options.effect },
      direction: alternative === 'less' || (alternative === 'two_sided' && options.direction === 'decrease') ? -1 : 1,
      evaluate(effect, units) {
        const contrast = prepared.contrast(effect, units);
        return { power: watched(effect / contrast.standardError, units).power, criticalValue: boundary(units).at(-1)!, contrast, effect, isNormal: true };
      },
    });
    if (isRefusal(solved)) return solved;
    const { planned } = solved;
    const drift = planned.effect / planned.standardError;
    const { powerByLook, expectedInformation } = watched(drift, planned.units);
    return {
      ...planned,
      powerAtEndOnly: testPower(drift, planned.criticalValue, alternative, Infinity),
      powerByLook: [...powerByLook],
      expectedUnits: expectedInformation * planned.units,
    };
  },
});
