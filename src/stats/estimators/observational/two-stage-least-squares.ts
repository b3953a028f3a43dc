import { z } from 'zod';
import { andersonRubinSet } from '../../effects/complier-effect.js';
import { studentTwoSidedTail, studentUpperQuantile } from '../../numeric/student.js';
import { checkColumns, independentColumns } from '../../observational/covariate-columns.js';
import { isRefusal, refuse, refusalReasons } from '../../refusal.js';
import type { Regressor } from '../../regression/least-squares.js';
import { twoStage } from '../../regression/two-stage.js';
import { defineEstimator, level, numerics, OptionsError } from '../estimator.js';
import { effectAnswer } from '../forest/forest-answers.js';
import { effectSchema, setSchema } from '../two-arms.js';
import { observationalRoles, observedOf } from './observational-input.js';

const NAME = 'two_stage_least_squares';
/** Staiger and Stock's rule of thumb. */
const WEAK = 10;
/** Errors that a fit on predicted treatments has; leverage of it is not that of the rows. */
const ivErrors = ['classical', 'hc0', 'hc1', 'cr1'] as const;

const testSchema = (words: string) => z.object({ statistic: z.number().describe('of the test'), pValue: z.number().describe('in [0, 1]') }).describe(words);

/** The effect of a treatment that hidden causes move too, by what instruments do to it. */
export const twoStageLeastSquares = defineEstimator({
  name: NAME,
  title: 'two-stage least squares',
  estimand: 'theta of Y = theta D + X beta + noise where instruments move D and have no other way to Y; with effects that differ, a weighted mean of those whom instruments move',
  references: ['Angrist, Imbens (1995), JASA 90(430)', 'Wooldridge (2010), Econometric Analysis of Cross Section and Panel Data, chapter 5', 'Staiger, Stock (1997), Econometrica 65(3)', 'Anderson, Rubin (1949), Annals of Mathematical Statistics 20(1)', 'Sargan (1958), Econometrica 26(3)'],
  data: { ...observationalRoles, instruments: numerics('move the treatment and have no other way to the outcome; one at least') },
  options: z.strictObject({
    errors: z.enum(ivErrors).nullable().default(null).describe('standard errors: classical, by row (hc0, hc1) or by cluster (cr1); null: hc1, or cr1 with clusters'),
    leastF: z.number().gte(0).default(WEAK).describe('first-stage F below which no estimate is given; with one instrument Anderson and Rubin\'s set still is'),
    level,
  }),
  result: z.object({
    effect: effectSchema.nullable().describe('in units of the outcome per unit of the treatment; null when it was refused'),
    effectRefusal: z.object({ reason: z.enum(refusalReasons).describe('why there is no estimate'), detail: z.string().describe('which bound was missed'), remedy: z.string().describe('what would make the question answerable') }).nullable().describe('why there is no estimate'),
    leastSquares: effectSchema.describe('what a regression without instruments says'),
    firstStageF: z.number().describe('of the instruments in the first stage, by the same errors'),
    endogeneity: testSchema('Wu and Hausman: a small p-value says that the regression without instruments is confounded'),
    overidentification: testSchema('Sargan: a small p-value says that one of the instruments has another way to the outcome').nullable().describe('null for one instrument, and for errors that are not classical'),
    andersonRubin: z.object({ interval: setSchema.describe('effects that are not rejected, right however weak the instrument'), pValue: z.number().describe('of no effect, in [0, 1]') }).nullable().describe('test that does not need a strong first stage; null for several instruments'),
    n: z.number().int().describe('units'),
  }),
  estimate({ instruments, ...columns }, { errors, leastF, level: confidence }) {
    if (instruments.length === 0) throw new OptionsError('columns.instruments must name at least one column', ['columns', 'instruments']);
    const observed = observedOf(NAME, columns, { isDose: true });
    if (isRefusal(observed)) return observed;
    const bad = checkColumns(NAME, instruments);
    if (bad) return bad;
    const { units, independent } = observed;
    // instruments that covariates or other instruments determine move nothing of their own
    const together = independentColumns([...observed.columns, ...instruments]);
    const isCovariate = new Set(independent.names);
    const regressors = together.names.map((name, j): Regressor => ({ name, values: together.columns[j]! }));
    const z = regressors.filter(({ name }) => !isCovariate.has(name));
    if (z.length === 0) return refuse('not_identified', `${NAME} needs an instrument that varies beyond what the covariates say; none does`, 'Drop covariates that determine the instrument, or find another.');
    const found = twoStage(NAME, { ...units, z, covariates: regressors.filter(({ name }) => isCovariate.has(name)) }, errors ?? (units.clusters.length > 0 ? 'cr1' : 'hc1'));
    if (isRefusal(found)) return found;
    const { estimate, standardError, degreesOfFreedom, firstStageF, reading } = found;
    const n = units.y.length;
    const weak = firstStageF >= leastF ? null : refuse('denominator_near_zero', `${NAME} needs a first stage with F of at least ${leastF}; it is ${firstStageF}`, 'Find a stronger instrument, or read the Anderson-Rubin set, which holds however weak it is.');
    return {
      effect: weak ? null : effectAnswer({ estimate, standardError, degreesOfFreedom, n }, confidence),
      effectRefusal: weak && { reason: weak.reason, detail: weak.detail, remedy: weak.remedy },
      leastSquares: effectAnswer({ ...found.leastSquares, degreesOfFreedom, n }, confidence), firstStageF, endogeneity: found.endogeneity, overidentification: found.overidentification,
      andersonRubin: reading && {
        interval: andersonRubinSet(reading, studentUpperQuantile((1 - confidence) / 2, degreesOfFreedom)), pValue: studentTwoSidedTail(reading.outcome.estimate / reading.outcome.standardError, degreesOfFreedom),
      },
      n,
    };
  },
});
