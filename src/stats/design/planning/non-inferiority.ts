import { z } from 'zod';
import { isRefusal } from '../../refusal.js';
import { criticalValue, testPower } from './critical.js';
import { planComparison, plannedShape } from './plan-comparison.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage, marginQuestionShape, plannedDirectionSchema } from './question.js';
import { prepareSetting, testedSettingShape } from './setting.js';

/** Power, sample size and smallest margin to show that a treatment is not worse than the control by more than a margin. */
export const nonInferiority = definePlanner({
  name: 'non_inferiority',
  title: 'Non-inferiority',
  formula: 'one-sided noncentral t about the margin',
  references: ['Julious (2004), Statistics in Medicine 23', 'Welch (1947), Biometrika 34'],
  data: {},
  options: z.strictObject({
    ...testedSettingShape, ...marginQuestionShape,
    alpha: z.number().gt(0).lt(0.5).default(0.025).describe('one-sided error rate of the family of tests, a fraction'),
    trueEffect: z.number().default(0).describe('true effect that is assumed, in units of the scale'),
    better: plannedDirectionSchema.default('increase').describe('which way is better'),
  }).refine(asksOneThing, { message: asksOneThingMessage }),
  result: z.object({ ...plannedShape, margin: z.number().describe('largest harm that is acceptable, in units of the scale') }),
  plan(options) {
    const prepared = prepareSetting(options, 'non_inferiority');
    if (isRefusal(prepared)) return prepared;
    const gain = options.better === 'increase' ? options.trueEffect : -options.trueEffect;
    const solved = planComparison({
      planner: 'non_inferiority',
      formula: 'one-sided noncentral t about the margin',
      sizeName: 'margin', setting: options, prepared,
      question: { ...options, size: options.margin },
      direction: 1,
      evaluate(margin, units) {
        const contrast = prepared.contrast(options.trueEffect, units, options.better === 'increase' ? -margin : margin);
        const critical = criticalValue(prepared.alpha, 'greater', contrast.degreesOfFreedom);
        const power = testPower((gain + margin) / contrast.standardError, critical, 'greater', contrast.degreesOfFreedom);
        return { power, criticalValue: critical, contrast, effect: options.trueEffect, isNormal: false };
      },
    });
    return isRefusal(solved) ? solved : { ...solved.planned, margin: solved.size };
  },
});
