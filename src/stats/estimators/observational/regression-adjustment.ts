import { z } from 'zod';
import { targets } from '../../observational/balance.js';
import { adjustedEffect, samplings } from '../../observational/regression-adjustment.js';
import { errorKinds } from '../../regression/coefficient-errors.js';
import { isRefusal } from '../../refusal.js';
import { defineEstimator, level, OptionsError } from '../estimator.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema } from '../two-arms.js';
import { balanceAnswer, balanceSchema, observationalRoles, observedOf } from './observational-input.js';

/** The effect of a treatment among units that were not randomised, by least squares on covariates. */
export const regressionAdjustment = defineEstimator({
  name: 'regression_adjustment',
  title: 'regression adjustment (least squares)',
  estimand: 'E[Y(1) - Y(0)] of all, treated or control units where the outcome is linear in covariates in each arm; without interactions the coefficient of the treatment',
  references: ['Lin (2013), Annals of Applied Statistics 7(1)', 'Negi, Wooldridge (2021), Econometric Reviews 40(5)', 'MacKinnon, White (1985), Journal of Econometrics 29(3)', 'Bell, McCaffrey (2002), Survey Methodology 28(2)'],
  data: observationalRoles,
  options: z.strictObject({
    target: z.enum(targets).default('all').describe('over whom the effect is averaged: all units, the treated or the control units'),
    interacted: z.boolean().default(true).describe('each arm has its own slopes; false: one slope for both, and one effect for all; a dose needs false'),
    errors: z.enum(errorKinds).nullable().default(null).describe('standard errors: classical, by row (hc0 to hc4) or by cluster (cr1, cr3); null: hc2, or cr3 with clusters'),
    speaksOf: z.enum(samplings).default('population').describe('population: units are a sample of it; units: the effect in these units, whose covariate means are then no sample\'s'),
    level,
  }),
  result: z.object({
    effect: effectSchema.describe('average effect, in units of the outcome per unit of the treatment'),
    slopes: z.array(z.object({
      name: z.string().describe('covariate, or level of a category'), estimate: z.number().describe('in units of the outcome per unit of the column'), standardError: z.number().describe('in the units of the estimate'),
    })).describe('coefficients of covariates, in the control arm where arms have their own; those that others determine are left out'),
    balance: balanceSchema,
    n: z.number().int().describe('units'),
  }),
  estimate(columns, { target, interacted, errors, speaksOf, level: confidence }) {
    if (!interacted && target !== 'all') throw new OptionsError('options.target needs interacted: true; one slope for both arms has one effect for all', ['options', 'target']);
    const observed = observedOf('regression_adjustment', columns, { isDose: !interacted });
    if (isRefusal(observed)) return observed;
    const { units, independent } = observed;
    const effect = adjustedEffect(units, independent, { isInteracted: interacted, target, errors: errors ?? (units.clusters.length > 0 ? 'cr3' : 'hc2'), sampling: speaksOf });
    if (isRefusal(effect)) return effect;
    const n = units.y.length;
    return { effect: effectAnswer({ ...effect, n }, confidence), slopes: [...effect.slopes], balance: balanceAnswer(observed, units.weight, target), n };
  },
});
