import { z } from 'zod';
import { chiExpectation } from '../../numeric/chi-expectation.js';
import { normalCdf, normalUpperTail } from '../../numeric/normal.js';
import { isRefusal } from '../../refusal.js';
import { criticalValue } from './critical.js';
import { planComparison, plannedShape } from './plan-comparison.js';
import { definePlanner } from './planner.js';
import { asksOneThing, asksOneThingMessage, marginQuestionShape } from './question.js';
import { prepareSetting, testedSettingShape } from './setting.js';

/**
 * Chance that both one-sided t-tests reject: that the (1 - 2 alpha) interval lies inside the margins.
 *
 * Owen's Q as one integral over the estimated standard error; beyond margin / (critical x standardError) the interval
 * cannot fit. Never the bivariate normal shortcut, which promises too much in small samples.
 * @param toLower, toUpper from the true effect to either margin, each in standard errors of its own test: a lift that is tested by
 *   Fieller has a larger one at the upper margin. Their errors are taken as one, since they correlate almost perfectly.
 */
export function equivalencePower(toLower: number, toUpper: number, critical: number, df: number): number {
  // P(lower < Z < upper) by the tails on the side where both are small
  const between = (lower: number, upper: number): number =>
    lower > 0 ? normalUpperTail(lower) - normalUpperTail(upper) : normalCdf(upper) - normalCdf(lower);
  const fits = (s: number): number => between(critical * s - toLower, toUpper - critical * s);
  const widest = (toLower + toUpper) / 2 / critical;
  if (df === Infinity) return widest > 1 ? fits(1) : 0;
  return chiExpectation(df, fits, widest);
}

/** Power, sample size and smallest margin to show that two arms differ by less than a margin, either way (TOST). */
export const equivalence = definePlanner({
  name: 'equivalence',
  title: 'Equivalence (two one-sided tests)',
  formula: 'two one-sided t-tests, Owen\'s Q',
  references: ['Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15', 'Owen (1965), Biometrika 52'],
  data: {},
  options: z.strictObject({
    ...testedSettingShape, ...marginQuestionShape,
    alpha: z.number().gt(0).lt(0.5).default(0.05).describe('error rate of each one-sided test, a fraction'),
    trueEffect: z.number().default(0).describe('true effect that is assumed, in units of the scale'),
  }).refine(asksOneThing, { message: asksOneThingMessage }),
  result: z.object({ ...plannedShape, margin: z.number().describe('largest difference that does not matter, in units of the scale') }),
  plan(options) {
    const prepared = prepareSetting(options, 'equivalence');
    if (isRefusal(prepared)) return prepared;
    const solved = planComparison({
      planner: 'equivalence',
      formula: 'two one-sided t-tests, Owen\'s Q',
      sizeName: 'margin', setting: options, prepared,
      question: { ...options, size: options.margin },
      direction: 1,
      evaluate(margin, units) {
        const contrast = prepared.contrast(options.trueEffect, units);
        const critical = criticalValue(prepared.alpha, 'greater', contrast.degreesOfFreedom);
        const [lower, upper] = [-1, 1].map((side) => (margin - side * options.trueEffect) / prepared.contrast(options.trueEffect, units, side * margin).standardError) as [number, number];
        const power = equivalencePower(lower, upper, critical, contrast.degreesOfFreedom);
        return { power, criticalValue: critical, contrast, effect: options.trueEffect, isNormal: false };
      },
    });
    return isRefusal(solved) ? solved : { ...solved.planned, margin: solved.size };
  },
});
