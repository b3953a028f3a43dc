import { z } from 'zod';
import { benjaminiHochberg } from '../../stats/corrections/benjamini-hochberg.js';
import { fixed } from '../../stats/inference/fixed.js';
import { isRefusal, type Refusal } from '../../stats/refusal.js';
import { refusalSchema } from '../analysis.js';
import type { PairInteractions } from './pair-interactions.js';

const assignmentTest = z.object({
  statistic: z.number().describe('Pearson'), degreesOfFreedom: z.number().describe('of the chi-square reference'), pValue: z.number().describe('of independent assignment'),
}).meta({ id: 'PairAssignmentTest', description: 'Whether the arm of one experiment says something of the arm of another.' });
const armInteractionSchema = z.object({
  first: z.string().describe('arm of the first experiment'), second: z.string().describe('arm of the second'),
  estimate: z.number().describe('how much more the two do together than the sum of each alone, in units of the metric'),
  standardError: z.number().describe('in units of the metric'), lower: z.number().describe('of the interval, in units of the metric'), upper: z.number().describe('of the interval, in units of the metric'),
  pValue: z.number().describe('of no interaction of these two arms, for itself'),
}).meta({ id: 'ExperimentArmsInteraction', description: 'What two arms do together beyond the sum of each alone.' });
const metricInteractionSchema = z.object({
  metric: z.string().describe('name of the metric'),
  pValue: z.number().describe('of no interaction in any pair of arms (Johansen)'), qValue: z.number().describe('Benjamini-Hochberg over all pairs and metrics'),
  isInteraction: z.boolean().describe('true: the false discovery rate is kept when it is called one'),
  interactions: z.array(armInteractionSchema).describe('one a pair of treatment arms'),
}).meta({ id: 'PairMetricInteraction', description: 'Whether two experiments changed each other on one metric.' });

export const interactionScreenSchema = z.object({
  rate: z.number().describe('false discovery rate over all pairs and metrics together'),
  pairs: z.array(z.object({
    first: z.string().describe('name of an experiment'), second: z.string().describe('name of another'), units: z.number().int().describe('in both'),
    assignment: assignmentTest.nullable().describe('of independent assignment; null where units are too few to tell'),
    metrics: z.array(metricInteractionSchema).describe('those that both plans define alike'),
    refused: z.array(z.object({ metric: z.string().describe('name of the metric'), refusal: refusalSchema.describe('why it cannot be said') })
      .meta({ id: 'UnreadMetric', description: 'A metric of which it cannot be said.' })).describe('metrics of which it cannot be said'),
  }).meta({ id: 'ExperimentsOfPair', description: 'What two experiments did to each other.' })).describe('every two experiments that could be read'),
  refused: z.array(z.object({ first: z.string().describe('name of an experiment'), second: z.string().describe('name of another'), refusal: refusalSchema.describe('why it cannot be said') })
    .meta({ id: 'UnreadPair', description: 'Two experiments of which it cannot be said.' })).describe('pairs that could not be read at all'),
}).meta({ id: 'ExperimentInteractions', description: 'Every two of several experiments, tested for an interaction.' });
export type InteractionScreen = z.output<typeof interactionScreenSchema>;

export interface ReadPair { readonly first: string; readonly second: string; readonly found: PairInteractions | Refusal }

/** All pairs of experiments, with the false discovery rate over pairs and metrics; intervals are at 1 - rate, each for itself. */
export function screenInteractions(pairs: readonly ReadPair[], rate: number): InteractionScreen {
  const read = pairs.flatMap(({ first, second, found }) => (isRefusal(found) ? [] : [{ first, second, ...found }]));
  const pValues = read.flatMap(({ metrics }) => metrics.flatMap(({ found }) => (isRefusal(found) ? [] : [found.test.pValue])));
  const { pValues: qValues, rejected } = benjaminiHochberg.correct(pValues, rate);
  let next = 0;
  return {
    rate,
    pairs: read.map(({ first, second, units, assignment, metrics }) => ({
      first, second, units, assignment,
      metrics: metrics.flatMap(({ metric, found }) => {
        if (isRefusal(found)) return [];
        const index = next++;
        return [{
          metric, pValue: found.test.pValue, qValue: qValues[index]!, isInteraction: rejected[index]!,
          interactions: found.interactions.map(({ first: arm, second: other, effect }) => {
            const { lower, upper } = fixed.interval(effect, rate, 'two_sided', {});
            return { first: arm, second: other, estimate: effect.estimate, standardError: effect.standardError, lower: lower!, upper: upper!, pValue: fixed.pValue(effect, 0, 'two_sided', {}) };
          }),
        }];
      }),
      refused: metrics.flatMap(({ metric, found }) => (isRefusal(found) ? [{ metric, refusal: found }] : [])),
    })),
    refused: pairs.flatMap(({ first, second, found }) => (isRefusal(found) ? [{ first, second, refusal: found }] : [])),
  };
}
