import { z } from 'zod';
import { isRefusal } from '../../refusal.js';
import { criticalValue, testPower } from './critical.js';
import { planComparison, plannedShape } from './plan-comparison.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage, questionShape, plannedAlternativeSchema, plannedDirectionSchema } from './question.js';
import { prepareSetting, testedSettingShape } from './setting.js';

/**
 * Power, sample size, smallest detectable effect and duration of one look at the end: mean, proportion, ratio or quantile, as
 * difference or lift (delta method), under any design of `planned-design.ts`.
 */
export const fixedHorizon = definePlanner({
  name: 'fixed_horizon',
  title: 'One look at a fixed horizon',
  formula: 'noncentral t, Welch-Satterthwaite degrees of freedom',
  references: ['Welch (1947), Biometrika 34', 'Deng, Knoblich, Lu (2018), KDD (delta method)', 'Deng, Xu, Kohavi, Walker (2013), WSDM (covariates)'],
  data: {},
  options: z.strictObject({
    ...testedSettingShape, ...questionShape,
    alternative: plannedAlternativeSchema.default('two_sided').describe('which effects count'),
    reference: z.enum(['t', 'normal']).default('t').describe('t: exact for normal values of equal variance; normal: the large-sample formula of most calculators'),
    direction: plannedDirectionSchema.default('increase').describe('sign of a smallest detectable effect of a two-sided test'),
  }).refine(asksOneThing, { message: asksOneThingMessage }),
  result: z.object(plannedShape),
  plan(options) {
    const prepared = prepareSetting(options, 'fixed_horizon');
    if (isRefusal(prepared)) return prepared;
    const isNormal = options.reference === 'normal';
    const solved = planComparison({
      planner: 'fixed_horizon',
      formula: isNormal ? 'normal approximation' : 'noncentral t, Welch-Satterthwaite degrees of freedom',
      sizeName: 'effect', setting: options, prepared,
      question: { ...options, size: options.effect },
      direction: options.alternative === 'less' || (options.alternative === 'two_sided' && options.direction === 'decrease') ? -1 : 1,
      evaluate(effect, units) {
        const contrast = prepared.contrast(effect, units);
        const df = isNormal ? Infinity : contrast.degreesOfFreedom;
        const critical = criticalValue(prepared.alpha, options.alternative, df);
        return { power: testPower(effect / contrast.standardError, critical, options.alternative, df), criticalValue: critical, contrast, effect, isNormal };
      },
    });
    return isRefusal(solved) ? solved : solved.planned;
  },
});
