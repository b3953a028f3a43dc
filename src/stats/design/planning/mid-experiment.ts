import { z } from 'zod';
import { mixingScale, sequenceMultiplier } from '../../inference/confidence-sequence.js';
import { normalUpperQuantile } from '../../numeric/normal.js';
import { refuse } from '../../refusal.js';
import { bayesianPower, priorSchema } from './bayesian.js';
import { testPower } from './critical.js';
import { definePlanner } from './planner.js';
import { plannedCorrectionSchema } from './setting.js';
import { MOST_UNITS, solveUnits } from './solve.js';

const FORMULA = 'variance so far shrinks with units';

const inferenceSchema = z.strictObject({
  confidenceSequence: z.strictObject({
    tuningUnits: z.number().gte(2).default(5000).describe('units of the compared arms together'),
  }).optional().describe('one look, at the end, of a confidence sequence: at most what watching it reaches'),
  bayesian: z.strictObject({ prior: priorSchema.optional().describe('of the effect; absent: flat') }).optional().describe('credible interval under a normal prior; absent prior: flat'),
}).refine((inference) => !inference.confidenceSequence || !inference.bayesian, { message: 'give at most one of confidenceSequence and bayesian' });

const midExperimentOptions = z.strictObject({
  standardError: z.number().gt(0).describe('of the effect so far, covariates and design included, in units of the effect'),
  units: z.number().gte(4).describe('units of the two compared arms so far'),
  effect: z.number().refine((effect) => effect !== 0, { message: 'must not be 0' }).describe('true effect to detect, in units of the effect; only its size counts'),
  power: z.number().gt(0).lt(1).default(0.8).describe('chance to reject on every goal, a fraction'),
  goals: z.number().int().gte(1).default(1).describe('goals that must all be detected: each is planned for power to the power 1 / goals'),
  treatments: z.number().int().gte(1).default(1).describe('treatment arms'),
  correction: plannedCorrectionSchema.default('none').describe('bonferroni: alpha is divided by treatments times goals; Holm has at least this power'),
  alpha: z.number().gt(0).lt(0.5).default(0.05).describe('two-sided error rate of the family of tests, a fraction'),
  inference: inferenceSchema.default({}).describe('how the experiment will be read; neither: one look at the end'),
});

/** Chance to reject on one goal once `total` units have been seen, if the variance stays what it is. */
export function midExperimentPower(options: z.output<typeof midExperimentOptions>, total: number): number {
  const { inference } = options;
  const effect = Math.abs(options.effect);
  const alpha = options.correction === 'bonferroni' ? options.alpha / (options.treatments * options.goals) : options.alpha;
  const standardError = options.standardError * Math.sqrt(options.units / total);
  if (inference.bayesian) return bayesianPower(effect, standardError, inference.bayesian.prior, alpha);
  const critical = inference.confidenceSequence
    ? sequenceMultiplier(total, mixingScale(alpha, inference.confidenceSequence.tuningUnits, 'two_sided'), alpha, 'two_sided')
    : normalUpperQuantile(alpha / 2);
  return testPower(effect / standardError, critical, 'two_sided', Infinity);
}

/** How many more units a running experiment needs, from the standard error that it has reached. */
export const midExperiment = definePlanner({
  name: 'mid_experiment',
  title: 'Further units for a running experiment',
  formula: FORMULA,
  references: ['Jennison, Turnbull (2000), Group Sequential Methods, chapter 14 (sample size re-estimation from variance)'],
  data: {},
  options: midExperimentOptions,
  result: z.object({
    status: z.literal('planned').describe('always planned'),
    scalingFactor: z.number().describe('further units over units so far; 0: there are enough'),
    furtherUnits: z.number().int().describe('of the two compared arms together'),
    powerNow: z.number().describe('at the units so far, a fraction'),
    power: z.number().describe('on one goal, with the further units, a fraction'),
    targetPower: z.number().describe('on one goal, a fraction'),
    formula: z.string().describe('how it was computed'),
  }),
  plan(options) {
    const { units, goals } = options;
    const targetPower = options.power ** (1 / goals);
    const powerAt = (total: number): number => midExperimentPower(options, total);
    const solution = solveUnits(powerAt, targetPower, units);
    if (!solution.isReached) {
      return refuse('too_few_units', `mid_experiment finds no number of units up to ${MOST_UNITS} with power ${options.power} for effect ${options.effect}`, 'Plan for a larger effect, or reduce the variance.');
    }
    return {
      status: 'planned',
      scalingFactor: solution.value / units - 1,
      furtherUnits: Math.ceil((solution.value - units) * (1 - 1e-12)),
      powerNow: powerAt(units), power: solution.power, targetPower, formula: FORMULA,
    };
  },
});
