import { z } from 'zod';
import { corrections } from '../../corrections/index.js';
import { isRefusal, refuse, refusalReasons, type Refusal } from '../../refusal.js';
import { categories, defineEstimator, numeric, numerics, type Category, type Numeric } from '../estimator.js';
import { familyCorrections } from '../corrected-effects.js';
import { experimentPair, type ExperimentPair } from './experiment-pair.js';
import { pairTest } from './pair.js';

interface ScreenedPair { readonly first: Category; readonly second: Category; readonly found: ExperimentPair | Refusal }

/**
 * Every two of the experiments, over the units that were in both.
 * @param absent label of units that were not in an experiment
 */
export function screenPairs(outcome: Numeric, covariates: readonly Numeric[], experiments: readonly Category[], absent: string): ScreenedPair[] {
  return experiments.flatMap((first, i) => experiments.slice(i + 1).map((second) => {
    const [out, outOther] = [first, second].map(({ levels }) => levels.indexOf(absent));
    const isIn = (row: number): boolean => first.codes[row] !== out && second.codes[row] !== outOther;
    const controls = [first, second].map(({ levels }) => levels.find((arm) => arm !== absent) ?? absent) as [string, string];
    return { first, second, found: experimentPair(outcome, covariates, [first, second], controls, isIn) };
  }));
}

/** All pairs of concurrent experiments, with the false discovery rate among the pairs that are called. */
export const interactionScreen = defineEstimator({
  name: 'interaction_screen',
  title: 'screen of all pairs of experiments for interactions',
  estimand: 'for each two experiments: is any difference of differences of E[Y | arm of the first, arm of the second] other than zero',
  references: ['Benjamini, Hochberg (1995), JRSS B 57(1)', 'Johansen (1980), Biometrika 67(1)', 'Kohavi, Tang, Xu (2020), Trustworthy online controlled experiments, chapter 18'],
  data: { outcome: numeric('outcome of each unit'), experiments: categories('arm in each experiment; several'), covariates: numerics('known before exposure; adjusted for within each pair of arms') },
  options: z.strictObject({
    absent: z.string().default('').describe('label of units that were not in an experiment'),
    correction: z.enum(familyCorrections).default('benjamini_hochberg').describe('over all pairs that could be tested'),
    rate: z.number().gt(0).lt(1).default(0.05).describe('false discovery rate, or family-wise error rate, as the correction controls'),
  }),
  result: z.object({
    pairs: z.array(z.object({
      first: z.string().describe('an experiment'), second: z.string().describe('another'), ...pairTest,
      residualDegreesOfFreedom: z.number().describe('Johansen'), adjustedPValue: z.number().describe('over all pairs, in [0, 1]'), isInteraction: z.boolean().describe('whether the pair is called at the rate asked for'),
      largest: z.number().describe('the difference of differences that is farthest from zero in standard errors, in units of the outcome'),
      assignment: z.object(pairTest).nullable().describe('of independent assignment; null where units are too few to tell'),
      units: z.number().int().describe('units in both'),
    }).meta({ id: 'ScreenedPair', description: 'Two experiments on the same units.' })).describe('pairs that could be tested, the smallest p-value first'),
    untested: z.array(z.object({
      first: z.string().describe('an experiment'), second: z.string().describe('another'),
      reason: z.enum(refusalReasons).describe('why there is no test'), detail: z.string().describe('which bound was missed'), remedy: z.string().describe('what would make the question answerable'),
    }).meta({ id: 'UntestedPair', description: 'Two experiments that could not be tested.' })).describe('pairs that could not'),
  }),
  estimate({ outcome, experiments, covariates }, { absent, correction, rate }) {
    if (experiments.length < 2) return refuse('not_identified', `interactionScreen needs at least 2 experiments; got ${experiments.length}`, 'Name the arm columns of all experiments that ran at the time.');
    const screened = screenPairs(outcome, covariates, experiments, absent);
    const tested = screened.flatMap(({ first, second, found }) => (isRefusal(found) ? [] : [{ first, second, found }]));
    const failed = screened.flatMap(({ first, second, found }) => (isRefusal(found) ? [{ first, second, found }] : []));
    if (tested.length === 0) return failed[0]!.found;
    const corrected = corrections[correction].correct(tested.map(({ found }) => found.test.pValue), rate);
    return {
      pairs: tested.map(({ first, second, found }, i) => ({
        first: first.name, second: second.name, ...found.test, adjustedPValue: corrected.pValues[i]!, isInteraction: corrected.rejected[i]!,
        largest: found.interactions.map(({ effect }) => effect).reduce((a, b) => (Math.abs(b.estimate / b.standardError) > Math.abs(a.estimate / a.standardError) ? b : a)).estimate,
        assignment: found.assignment, units: found.units,
      })).sort((a, b) => a.pValue - b.pValue),
      untested: failed.map(({ first, second, found: { reason, detail, remedy } }) => ({ first: first.name, second: second.name, reason, detail, remedy })),
    };
  },
});
