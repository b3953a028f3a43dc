import { z } from 'zod';
import { adjustArms } from '../../effects/adjusted-means.js';
import { andersonRubinSet, complierEffect as effectOf, complierLift, encouragementEffects } from '../../effects/complier-effect.js';
import { fixed } from '../../inference/fixed.js';
import { studentTwoSidedTail, studentUpperQuantile } from '../../numeric/student.js';
import { isRefusal, refuse, refusalReasons } from '../../refusal.js';
import { defineEstimator, level, numeric, numerics } from '../estimator.js';
import { effectSchema, levelMoments, liftRefusalSchema, setSchema, treatmentRole, twoArmOptions, twoLevels } from '../two-arms.js';

/** Staiger and Stock's rule of thumb: below it the estimate leans towards the naive comparison and its interval misses. */
const WEAK = 10;

const OF_DOSES = refuse('unsupported_combination', 'the lift of a complier effect needs uptake of 0 or 1; some units took part of it', 'Read the difference, or say of each unit whether it took the treatment up.');

/** Effect of a treatment that cannot be assigned, only encouraged: an invitation, a banner, an opt-in. */
export const complierEffect = defineEstimator({
  name: 'complier_effect',
  title: 'complier effect of an encouragement (2SLS)',
  estimand: 'E[Y(taken up) - Y(not) | takes up if and only if encouraged] = (E[Y | encouraged] - E[Y | control]) / (E[D | encouraged] - E[D | control])',
  references: ['Imbens, Angrist (1994), Econometrica 62(2)', 'Anderson, Rubin (1949), Annals of Mathematical Statistics 20(1)', 'Staiger, Stock (1997), Econometrica 65(3)', 'Andrews, Stock, Sun (2019), Annual Review of Economics 11'],
  data: {
    outcome: numeric('outcome of each unit'), treatment: treatmentRole, uptake: numeric('whether, or how much of, the treatment the unit took up'),
    covariates: numerics('known before encouragement; outcome and uptake are adjusted'),
  },
  options: z.strictObject({
    control: twoArmOptions.control, treatment: twoArmOptions.treatment, level,
    nullDifference: z.number().default(0).describe('effect under the null, in units of the outcome per unit of uptake'),
    leastF: z.number().gte(0).default(WEAK).describe('first-stage F below which no estimate is given, only the Anderson-Rubin set; 104.7 makes the usual 95 % interval right whatever the confounding'),
  }),
  result: z.object({
    difference: effectSchema.nullable().describe('effect on those moved by encouragement, per unit of uptake, two-stage least squares; null when it was refused'),
    differenceRefusal: z.object({ reason: z.enum(refusalReasons).describe('why there is no estimate'), detail: z.string().describe('which bound was missed'), remedy: z.string().describe('what would make the question answerable') }).nullable().describe('why there is no estimate'),
    lift: effectSchema.nullable().describe('that effect over the mean of the same units without the treatment, a fraction; null when it was refused'),
    liftRefusal: liftRefusalSchema.nullable().describe('why there is no lift'),
    andersonRubin: z.object({ interval: setSchema.describe('effects that are not rejected, right however weak the encouragement'), pValue: z.number().describe('of the null asked for, in [0, 1]') }).describe('test that does not need a strong first stage'),
    intentionToTreat: effectSchema.describe('effect of encouragement itself, in units of the outcome'),
    firstStage: z.object({
      estimate: z.number().describe('effect of encouragement on uptake; with uptake 0 or 1 the share that is moved'), standardError: z.number().describe('in units of uptake'),
      f: z.number().nullable().describe('square of their ratio; null when uptake is the same for all units of an arm'),
    }).describe('how strong the encouragement is'),
    n: z.number().int().describe('units in both arms'),
  }),
  estimate({ outcome, treatment, uptake, covariates }, options) {
    const levels = twoLevels(treatment, options);
    const untaken = { name: 'untaken', values: outcome.values.map((value, i) => value * (1 - uptake.values[i]!)) };
    const moments = (code: number) => levelMoments([outcome, uptake, untaken, ...covariates], treatment, code);
    const adjusted = adjustArms([moments(levels.control), moments(levels.treatment)], 3);
    const effects = encouragementEffects(adjusted);
    if (isRefusal(effects)) return effects;
    const alpha = 1 - options.level;
    const nullValue = options.nullDifference;
    const df = effects.outcome.degreesOfFreedom!;
    const { variance } = effects.errorAt(nullValue);
    if (variance === 0) return refuse('zero_variance', 'complierEffect needs outcomes that vary about uptake; none do', 'Check that the outcome is not a copy of uptake.');
    const statistic = Math.abs(effects.outcome.estimate - nullValue * effects.uptake.estimate) / Math.sqrt(variance);
    const effect = effectOf(effects, options.leastF);
    const inferred = (of: typeof effects.outcome, at: number) => ({ estimate: of.estimate, standardError: of.standardError, degreesOfFreedom: of.degreesOfFreedom, interval: fixed.interval(of, alpha, 'two_sided', {}), pValue: fixed.pValue(of, at, 'two_sided', {}) });
    const { estimate, standardError } = effects.uptake;
    const lift = uptake.values.every((value) => value === 0 || value === 1) ? complierLift(adjusted, options.leastF) : OF_DOSES;
    const f = (estimate / standardError) ** 2;
    return {
      difference: isRefusal(effect) ? null : inferred(effect, nullValue),
      differenceRefusal: isRefusal(effect) ? { reason: effect.reason, detail: effect.detail, remedy: effect.remedy } : null,
      lift: isRefusal(lift) ? null : inferred(lift, 0),
      liftRefusal: isRefusal(lift) ? lift : null,
      andersonRubin: { interval: andersonRubinSet(effects, studentUpperQuantile(alpha / 2, df)), pValue: studentTwoSidedTail(statistic, df) },
      intentionToTreat: inferred(effects.outcome, 0),
      firstStage: { estimate, standardError, f: Number.isFinite(f) ? f : null },
      n: effects.outcome.n,
    };
  },
});
