import { z } from 'zod';
import { chooseEffects } from '../../cate/choose-effects.js';
import { judgements } from '../../cate/judge-methods.js';
import { metaLearners } from '../../cate/meta-learners.js';
import { checkSample, type Sample } from '../../dml/sample.js';
import { robustRegression } from '../../forest/robust-regression.js';
import { featuresOf as rowsOfFeatures } from '../../learners/training.js';
import { isRefusal, refuse, type Refusal } from '../../refusal.js';
import { sortedQuantile } from '../../summaries/sample-quantile.js';
import { causalRoles, chosenLearner, crossFittingOptions, featuresOf, learnerChoice, overlapOptions, overlapRule } from '../dml/causal-columns.js';
import { nuisanceSchema, overlapSchema, propensityRange } from '../dml/dml-answers.js';
import { category, defineEstimator, OptionsError, type Category, type DataOf, type EstimationContext } from '../estimator.js';
import { coefficientAnswer, coefficientSchema, effectAnswer } from '../forest/forest-answers.js';
import { effectSchema } from '../two-arms.js';

const { secondCluster: _, ...columnsOfEffects } = causalRoles;
const roles = { ...columnsOfEffects, treatment: category('arm of each unit; every other arm is compared with the control') } as const;

const options = z.strictObject({
  control: z.string().optional().describe('level of the treatment column that is the control; absent: the first'),
  methods: z.array(z.enum([...metaLearners, 'forest'])).min(1).default([...metaLearners, 'forest']).describe('ways to learn effects that compete: meta-learners s, t, x, r, dr, and a causal forest'),
  loss: z.enum(judgements).default('doubly_robust').describe('what chooses between them, out of sample: squared error against doubly robust scores, or the R-loss'),
  outcomeLearner: learnerChoice('E[Y | D, X]'), propensityLearner: learnerChoice('P(D = 1 | X)'), effectLearner: learnerChoice('tau(X)'),
  trees: z.int().min(50).max(20_000).default(500).describe('trees of the causal forest'),
  folds: crossFittingOptions.folds, ...overlapOptions, level: crossFittingOptions.level,
});
type Options = z.output<typeof options>;

const contrastSchema = z.object({
  control: z.string().describe('the control arm'), treatment: z.string().describe('the arm that is compared with it'),
  average: effectSchema.describe('average effect over the units of both arms by augmented inverse-propensity weighting, in units of the outcome'),
  n: z.number().int().describe('units averaged over'),
  independentUnits: z.number().int().describe('independent groups behind the error: clusters, or units'),
  trimmedShare: z.number().describe('share of units left out for want of overlap, in [0, 1]'),
  methods: z.array(z.object({
    name: z.string().describe('way to learn effects'),
    loss: z.number().describe('out of sample, in squared units of the effect; most of it is noise that all share'),
    standardError: z.number().describe('of the loss'),
    behind: z.number().describe('loss less that of the first method, on the same rows'),
    behindError: z.number().describe('standard error of that difference; 0 for the first'),
  })).describe('methods by loss, least first: the first is the one whose effects are told'),
  slope: coefficientSchema.nullable().describe('of the doubly robust scores on the out-of-sample effects: 1 when differences between units are as predicted, 0 when nothing was found; null when all predicted effects are equal'),
  effects: z.object({
    lowest: z.number().describe('10 % quantile'), median: z.number().describe('median'), highest: z.number().describe('90 % quantile'),
  }).describe('spread of the out-of-sample effects of the first method, in units of the outcome; not an interval'),
  nuisances: z.array(nuisanceSchema).describe('how well the nuisance functions behind scores and average predict'),
  overlap: overlapSchema.describe('estimated propensities'),
}).meta({ id: 'EffectContrast', description: 'Effects of one arm against the control: on average, and how they differ between units.' });

/** Effects of units by meta-learners over any learners and a causal forest, the best by a doubly robust loss. */
export const cate = defineEstimator({
  name: 'cate',
  title: 'effects of units, by the best of several learners',
  estimand: 'tau(x) = E[Y(arm) - Y(control) | X = x], its average, and how far it differs between units',
  references: ['Kuenzel, Sekhon, Bickel, Yu (2019), PNAS 116(10)', 'Nie, Wager (2021), Biometrika 108(2)', 'Kennedy (2023), Electronic Journal of Statistics 17(2)', 'Foster, Syrgkanis (2023), Annals of Statistics 51(3)'],
  data: roles,
  options,
  result: z.object({ contrasts: z.array(contrastSchema).describe('one for each arm but the control') }),
  async estimate(columns, chosen, context) {
    const { levels, name } = columns.treatment;
    const control = chosen.control ?? levels[0];
    if (control === undefined || !levels.includes(control)) throw new OptionsError(`control must be one of ${levels.join(', ')}; got "${control ?? ''}"`, ['control']);
    if (levels.length < 2) return refuse('too_few_units', `cate needs at least 2 arms; ${name} has one, ${control}`, 'Bring rows of another arm.');
    const contrasts: z.output<typeof contrastSchema>[] = [];
    for (const treatment of levels.filter((level) => level !== control)) {
      const contrast = await contrastOf(columns, { control, treatment }, chosen, context);
      if (isRefusal(contrast)) return levels.length === 2 ? contrast : refuse(contrast.reason, `${treatment} against ${control}: ${contrast.detail}`, contrast.remedy);
      contrasts.push(contrast);
    }
    return { contrasts };
  },
});

interface Arms { readonly control: string; readonly treatment: string }

async function contrastOf(columns: DataOf<typeof roles>, arms: Arms, chosen: Options, context: EstimationContext): Promise<z.output<typeof contrastSchema> | Refusal> {
  const sample = sampleOfArms(columns, arms);
  const refusal = checkSample('cate', sample, ['d']);
  if (refusal) return refusal;
  const learners = {
    outcome: chosenLearner(chosen.outcomeLearner, 'regression', 'outcomeLearner', sample.x), propensity: chosenLearner(chosen.propensityLearner, 'classification', 'propensityLearner', sample.x),
    effect: chosenLearner(chosen.effectLearner, 'regression', 'effectLearner', sample.x),
  };
  const { methods, trees, folds, loss } = chosen;
  const found = await chooseEffects(sample, { methods, learners, trees, folds, overlap: overlapRule(chosen), loss }, context);
  if (isRefusal(found)) return found;
  const { scored: { rows, trimmedShare, scores, predictions, reports }, average, judged, weights, groups } = found;
  const at = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  const effects = at(judged[0]!.effects);
  const slope = robustRegression(at(scores), { intercept: new Float64Array(rows.length).fill(1), effect: effects }, weights, groups, chosen.level);
  const sorted = [...effects].sort((a, b) => a - b);
  return {
    ...arms, average: effectAnswer({ estimate: average.estimate, standardError: average.standardError, n: average.n, degreesOfFreedom: average.groups - 1 }, chosen.level), n: average.n, independentUnits: average.groups, trimmedShare,
    methods: judged.map(({ name, loss, behind }) => ({ name, loss: loss.estimate, standardError: loss.standardError, behind: behind?.estimate ?? 0, behindError: behind?.standardError ?? 0 })),
    slope: isRefusal(slope) ? null : coefficientAnswer(slope.coefficients[1]!, slope.degreesOfFreedom),
    effects: { lowest: sortedQuantile(sorted, 0.1), median: sortedQuantile(sorted, 0.5), highest: sortedQuantile(sorted, 0.9) },
    nuisances: [...reports], overlap: propensityRange(predictions.propensity),
  };
}

/** The units of two arms, the second coded 1. */
function sampleOfArms({ outcome, treatment, covariates, categories, weight, cluster }: DataOf<typeof roles>, arms: Arms): Sample {
  const codeOf = ({ levels }: Category, level: string) => levels.indexOf(level);
  const [off, on] = [codeOf(treatment, arms.control), codeOf(treatment, arms.treatment)];
  const rows = Int32Array.from(treatment.codes.keys()).filter((row) => treatment.codes[row] === off || treatment.codes[row] === on);
  const take = (column: ArrayLike<number>) => Float64Array.from(rows, (row) => column[row]!);
  return {
    x: rowsOfFeatures(featuresOf(covariates, categories, treatment.codes.length), rows), y: take(outcome.values), d: Float64Array.from(rows, (row) => Number(treatment.codes[row] === on)),
    ...(weight && { weight: take(weight.values) }), clusters: cluster ? [Int32Array.from(rows, (row) => cluster.codes[row]!)] : [],
  };
}
