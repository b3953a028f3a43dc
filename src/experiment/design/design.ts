import { z } from 'zod';
import { filterSchema } from '../metric.js';
import { durationText, identifier, instant } from '../vocabulary.js';

const column = z.string().min(1);

/** One file a design would part what a reader compares: they are all here, and what each does is in a file of its own. */
export const designSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('cluster'), cluster: column.describe('column of exposures that says what was randomised whole, such as a shop, a school or a company'),
  }).describe('clusters of units are randomised whole'),
  z.strictObject({
    kind: z.literal('switchback'),
    bucket: durationText.describe('length of the buckets of time that are compared, such as 30m'),
    block: durationText.describe('length of time that one coin toss decides for a unit, a whole number of buckets'),
    origin: instant.optional().describe('a time at which a block begins; absent: midnight UTC'),
    lags: z.number().int().gte(0).lte(48).default(0).describe('buckets for which treatment may carry over into later ones; their effects are estimated and added up'),
    burnIn: z.number().int().gte(0).default(0).describe('buckets left out at the start of each block, while the arm before may still act'),
  }).describe('each unit, such as a region, switches between arms over time; exposures have a row for each bucket'),
  z.strictObject({
    kind: z.literal('stratified'), columns: z.array(column).min(1).max(5).describe('attributes of exposures; units that share all of them are one stratum'),
  }).describe('units are compared within strata, whether they were randomised within them or not (post-stratification)'),
  z.strictObject({
    kind: z.literal('rerandomised'), covariates: z.array(column).min(1).max(20).describe('attributes of exposures that the accepted allocation balances'),
  }).describe('the allocation was drawn again until covariates were balanced, such as the best of many salts'),
  z.strictObject({
    kind: z.literal('factorial'),
    factors: z.array(z.strictObject({ name: identifier.describe('for the report'), column: column.describe('column of exposures that holds the level') })).min(2).max(5)
      .describe('each randomised by itself; an arm of the plan is one combination, named by its levels in this order, joined by " / "; the control gives the base of each factor'),
    order: z.number().int().gte(1).lte(3).default(2).describe('how many factors an interaction may have; 1: main effects only'),
  }).describe('several factors are varied at the same time'),
  z.strictObject({
    kind: z.literal('encouragement'),
    uptake: z.union([
      z.strictObject({ fact: identifier.describe('name of a fact table'), where: z.array(filterSchema).default([]).describe('only events that pass all of these') }).describe('a unit took the treatment up when it has such an event after exposure'),
      z.strictObject({ column: column.describe('attribute of exposures, 0 to 1') }),
    ]).describe('who took up what the arm could only encourage'),
    leastF: z.number().gte(0).default(10).describe('first-stage F below which no complier effect is given, only the Anderson-Rubin set'),
  }).describe('arms encourage; units decide; the effect is that on those whom encouragement moves'),
  z.strictObject({
    kind: z.literal('holdout'), keys: z.array(z.string().min(1)).min(1).max(50).describe('values of the arm column that mean held out; every other value is everyone else'),
  }).describe('a long-running holdout (the control arm of the plan) against everyone else (the other arm)'),
  z.strictObject({
    kind: z.literal('paired'), pair: column.describe('column of exposures: pair of each unit, such as two regions that are alike'),
  }).describe('a coin chose in each pair which unit is treated; read by flipping the coins'),
]);
export type Design = z.output<typeof designSchema>;
export type DesignKind = Design['kind'];
export type DesignOf<K extends DesignKind> = Extract<Design, { kind: K }>;

/** Several arms that are read as one, beside the arms themselves. */
export const combinedArmSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('for the report; unlike any arm'),
  arms: z.array(z.string().min(1)).min(2).describe('treatment arms that are read as one, in which every unit weighs the same'),
});
