import { z } from 'zod';
import { contrasts } from '../../effects/contrast.js';
import { meanOutcome } from '../../effects/outcome.js';
import { crossFit } from '../../learners/cross-fit.js';
import { planFolds } from '../../learners/folds.js';
import { featuresOf as featuresOfRows } from '../../learners/training.js';
import { isRefusal, refuse } from '../../refusal.js';
import { momentsOf, type Moments } from '../../summaries/moments.js';
import { featuresOf, learnerChoice, learnerOf } from '../dml/causal-columns.js';
import { categoriesWithGaps, defineEstimator, numeric, numericsWithGaps, OptionsError } from '../estimator.js';
import { pooledOption, poolLevels } from '../pooled-levels.js';
import { answerTwoArms, treatmentRole, twoArmOptions, twoArmResult, twoLevels } from '../two-arms.js';

/** CUPED whose covariate is a prediction of the outcome, by any learner, of units that the model has not seen. */
export const cupac = defineEstimator({
  name: 'cupac',
  title: 'regression adjustment by a cross-fitted prediction (CUPAC)',
  estimand: 'E[Y | treatment] - E[Y | control], at the mean prediction of both arms together',
  references: ['Lin (2013), Annals of Applied Statistics 7(1)', 'Li, Tang, Johari (2020), CUPAC, DoorDash Engineering', 'Chernozhukov et al. (2018), Econometrics Journal 21(1) (cross-fitting)'],
  data: {
    outcome: numeric('outcome of each unit'), treatment: treatmentRole,
    covariates: numericsWithGaps('known before exposure, to predict the outcome from; missing values need a learner that takes them'),
    categories: categoriesWithGaps('covariates whose values have no order, such as a country'),
  },
  options: z.strictObject({
    ...twoArmOptions, ...pooledOption,
    learner: learnerChoice('E[Y | X], of both arms together'),
    folds: z.int().min(2).max(50).default(5).describe('parts of the units; each is predicted by a model of the others'),
  }),
  result: z.object({
    ...twoArmResult,
    varianceReduction: z.number().describe('1 - adjusted variance / unadjusted variance of the difference; negative when adjustment did harm'),
    explained: z.number().describe('1 - mean squared error of the predictions / variance of the outcome, over both arms; negative when predictions are worse than the mean'),
  }),
  async estimate({ outcome, treatment, covariates, categories }, given, context) {
    if (covariates.length + categories.length === 0) throw new OptionsError('cupac needs covariates or categories to predict the outcome from', ['columns', 'covariates']);
    const { arms, options } = poolLevels(treatment, given);
    const levels = twoLevels(arms, options);
    // arms that are not compared may differ in what the outcome hangs on
    const rows = Int32Array.from([...arms.codes.keys()].filter((i) => arms.codes[i] === levels.control || arms.codes[i] === levels.treatment));
    const x = featuresOfRows(featuresOf(covariates, categories, outcome.values.length), rows);
    const y = Float64Array.from(rows, (row) => outcome.values[row]!);
    const [c, t] = [levels.control, levels.treatment].map((code) => rows.reduce((n, row) => n + Number(arms.codes[row] === code), 0)) as [number, number];
    if (c < 2 || t < 2) return refuse('too_few_units', `cupac needs at least 2 units in each arm; got ${c} and ${t}`, 'Wait for more units.');
    if (y.every((value) => value === y[0])) return refuse('zero_variance', 'cupac needs an outcome that varies; it is constant', 'Check that the metric is recorded; a constant outcome cannot be tested.');
    const folds = planFolds(rows.length, { folds: options.folds }, context.seed);
    if (isRefusal(folds)) return folds;
    const fitted = await crossFit(learnerOf(options.learner, y, 'learner', x), { x, y }, folds, context);
    if (isRefusal(fitted)) return fitted;
    const { predictions } = fitted;
    const armMoments = (code: number): Moments => {
      const ofArm = (values: Float64Array): Float64Array => values.filter((_, i) => arms.codes[rows[i]!] === code);
      return momentsOf({ outcome: ofArm(y), prediction: ofArm(predictions) });
    };
    const contrast = contrasts(armMoments(levels.control), [armMoments(levels.treatment)], 1, meanOutcome)[0]!;
    if (isRefusal(contrast)) return contrast;
    const answer = answerTwoArms(contrast, arms, levels, options);
    if (isRefusal(answer)) return answer;
    const { adjustment } = contrast;
    if (!adjustment) return refuse('zero_variance', 'cupac needs predictions that differ between units; they are all the same', 'Name covariates that say something about the outcome, or use welch.');
    return { ...answer, varianceReduction: adjustment.varianceReduction, explained: 1 - meanSquare(y.map((value, i) => value - predictions[i]!), 0) / meanSquare(y, y.reduce((a, b) => a + b, 0) / y.length) };
  },
});

const meanSquare = (values: Float64Array, about: number): number => values.reduce((sum, value) => sum + (value - about) ** 2, 0) / values.length;
