import { z } from 'zod';
import { normalUpperQuantile, normalUpperTail } from '../../numeric/normal.js';
import { definePlanner } from './planner.js';

const FORMULA = 'Brownian motion given its value at the interim look';

/**
 * Chance that the last look rejects, given the estimate at an interim look.
 *
 * B-value: with information t of 1 so far, Z_1 given Z_t is normal with mean Z_t sqrt(t) + drift (1 - t) and variance 1 - t.
 * @param drift expected standardised effect at the last look
 */
export function conditionalPower(zInterim: number, time: number, drift: number, critical: number, isTwoSided: boolean): number {
  const centre = zInterim * Math.sqrt(time) + drift * (1 - time);
  const deviation = Math.sqrt(1 - time);
  const above = normalUpperTail((critical - centre) / deviation);
  return isTwoSided ? above + normalUpperTail((critical + centre) / deviation) : above;
}

/** Conditional and predictive power at an interim look: under the plan, under the trend so far, and averaged over what is now believed. */
export const conditional = definePlanner({
  name: 'conditional_power',
  title: 'Conditional power at an interim look',
  formula: FORMULA,
  references: ['Lan, Wittes (1988), Biometrics 44 (B-value)', 'Spiegelhalter, Freedman, Blackburn (1986), Controlled Clinical Trials 7 (predictive power)', 'Proschan, Lan, Wittes (2006), Statistical Monitoring of Clinical Trials'],
  data: {},
  options: z.strictObject({
    estimate: z.number().describe('effect at the interim look, towards the claim, in any units'),
    standardError: z.number().gt(0).describe('of the estimate, in its units'),
    information: z.number().gt(0).lt(1).describe('share of the planned units that have been analysed'),
    plannedEffect: z.number().describe('effect that the experiment was planned for, in the units of the estimate'),
    nullValue: z.number().default(0).describe('effect under the null, in the units of the estimate; minus the margin for non-inferiority'),
    sides: z.enum(['two', 'one']).default('two').describe('of the test at the end'),
    alpha: z.number().gt(0).lt(0.5).default(0.05).describe('error rate of the test at the end, a fraction'),
    finalCriticalValue: z.number().gt(0).optional().describe('in standard errors, such as the last boundary of a group-sequential test; absent: that of one look'),
    futilityBelow: z.number().gt(0).lt(1).default(0.1).describe('conditional power under the plan below which going on is called futile'),
  }),
  result: z.object({
    status: z.literal('planned').describe('always planned'),
    underPlan: z.number().describe('conditional power when the planned effect is true, a fraction'),
    underTrend: z.number().describe('conditional power when the estimate is the truth, a fraction'),
    underNull: z.number().describe('conditional power when there is no effect, a fraction'),
    predictive: z.number().describe('averaged over the posterior of the effect under a flat prior, a fraction'),
    isFutile: z.boolean().describe('underPlan lies below futilityBelow'),
    estimateNeeded: z.number().describe('estimate over the units still to come at which the last look just rejects, in the units of the estimate'),
    finalCriticalValue: z.number().describe('in standard errors'),
    formula: z.string().describe('how it was computed'),
  }),
  plan(options) {
    const { estimate, standardError, information, nullValue, alpha } = options;
    const isTwoSided = options.sides === 'two';
    const critical = options.finalCriticalValue ?? normalUpperQuantile(isTwoSided ? alpha / 2 : alpha);
    const z = (estimate - nullValue) / standardError;
    const finalError = standardError * Math.sqrt(information);
    const under = (effect: number): number => conditionalPower(z, information, (effect - nullValue) / finalError, critical, isTwoSided);
    const underPlan = under(options.plannedEffect);
    // given a flat prior, Z_1 is normal about Z_t / sqrt(t) with variance (1 - t) / t
    const spread = Math.sqrt((1 - information) / information);
    const centre = z / Math.sqrt(information);
    const predictive = normalUpperTail((critical - centre) / spread) + (isTwoSided ? normalUpperTail((critical + centre) / spread) : 0);
    return {
      status: 'planned', underPlan, underTrend: under(estimate), underNull: under(nullValue), predictive,
      isFutile: underPlan < options.futilityBelow,
      estimateNeeded: nullValue + (critical * finalError - information * (estimate - nullValue)) / (1 - information),
      finalCriticalValue: critical,
      formula: FORMULA,
    };
  },
});
