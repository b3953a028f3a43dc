import { z } from 'zod';
import { benjaminiHochberg } from '../../stats/corrections/benjamini-hochberg.js';
import { fixed } from '../../stats/inference/fixed.js';
import { isRefusal, refusalReasons, type Refusal } from '../../stats/refusal.js';
import type { PairInteractions } from './pair-interactions.js';

const refusalSchema = z.object({ reason: z.enum(refusalReasons), detail: z.string(), remedy: z.string() });
const assignmentTest = z.object({ statistic: z.number().describe('Pearson'), degreesOfFreedom: z.number(), pValue: z.number() });

export const interactionScreenSchema = z.object({
  rate: z.number().describe('false discovery rate over all pairs and metrics together'),
  pairs: z.array(z.object({
    first: z.string(), second: z.string(), units: z.number().describe('in both'),
    assignment: assignmentTest.nullable().describe('of independent assignment; null where units are too few to tell'),
    metrics: z.array(z.object({
      metric: z.string(),
      pValue: z.number().describe('of no interaction in any pair of arms (Johansen)'), qValue: z.number().describe('Benjamini-Hochberg over all pairs and metrics'), isInteraction: z.boolean(),
      interactions: z.array(z.object({
        first: z.string().describe('arm of the first experiment'), second: z.string().describe('arm of the second'),
        estimate: z.number().describe('how much more the two do together than the sum of each alone, in units of the metric'), standardError: z.number(), lower: z.number(), upper: z.number(), pValue: z.number(),
      })),
    })),
    refused: z.array(z.object({ metric: z.string(), refusal: refusalSchema })),
  })),
  refused: z.array(z.object({ first: z.string(), second: z.string(), refusal: refusalSchema })).describe('pairs that could not be read at all'),
});
export type InteractionScreen = z.output<typeof interactionScreenSchema>;

export interface ReadPair { readonly first: string; readonly second: string; readonly found: PairInteractions | Refusal }

/** All pairs of experiments, with the false discovery rate over pairs and metrics; intervals are at 1 - rate, each for itself. */
export function screenInteractions(pairs: readonly ReadPair[], rate: number): InteractionScreen {
  const plain = ({ reason, detail, remedy }: Refusal) => ({ reason, detail, remedy });
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
      refused: metrics.flatMap(({ metric, found }) => (isRefusal(found) ? [{ metric, refusal: plain(found) }] : [])),
    })),
    refused: pairs.flatMap(({ first, second, found }) => (isRefusal(found) ? [{ first, second, refusal: plain(found) }] : [])),
  };
}
