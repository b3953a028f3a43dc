import { z } from 'zod';
import { modelKind, modelName, modelSpecSchema, unseenCategories, type ModelSpec } from '../../sdk/models/spec.js';

const column = z.string().min(1);

/** What is asked of a training: a spec whose data are a table of a registered source. */
export const trainRequestSchema = z.strictObject({
  name: modelName.describe('name of the model; training it again makes its next version'),
  description: z.string().max(1000).default('').describe('for people'),
  kind: modelKind.describe('how effects, or outcomes, are learned'),
  source: z.string().min(1).describe('name of a registered source of files'),
  table: z.string().min(1).describe('table of the source, one row a unit'),
  columns: z.strictObject({
    outcome: column.optional().describe('outcome of each unit; a causal survival forest has time and event instead'),
    treatment: column.optional().describe('1 for treated and 0 for control units; a causal forest also takes a continuous dose; absent: of models of outcomes'),
    covariates: z.array(column).default([]).describe('numeric, measured before treatment; may have gaps'),
    categories: z.array(column).default([]).describe('covariates whose values have no order; may have gaps'),
    instrument: column.optional().describe('of an instrumental forest: 1 where encouraged and 0 elsewhere, or a continuous instrument'),
    time: column.optional().describe('of a causal survival forest: time to the event, or to the end of observation'),
    event: column.optional().describe('of a causal survival forest: 1 where the event was seen, 0 where observation ended before it'),
    weight: column.optional().describe('sample weight of each unit, at least 0'),
    cluster: column.optional().describe('units of one cluster stay together and count as one for errors'),
  }).meta({ id: 'UpliftModelColumns', description: 'Which columns play which role.' }).describe('which columns play which role'),
  options: z.record(z.string(), z.unknown()).default({}).describe('options of the kind'),
  unseenCategories: unseenCategories.default('refuse').describe('what scoring does with a category that training did not have'),
  seed: z.number().int().gte(0).lte(4_294_967_295).default(1).describe('seed of the random streams'),
});
export type TrainRequest = z.output<typeof trainRequestSchema>;

/** The spec of a request whose table is this file. */
export const specOf = ({ source: _, table: __, ...rest }: TrainRequest, file: string): ModelSpec => modelSpecSchema.parse({ ...rest, data: file });

/** What is asked of scores: the rows of a table, by a version that the row of the job names. */
export const scoreRequestSchema = z.strictObject({
  source: z.string().min(1), table: z.string().min(1),
  keep: z.array(column).default([]),
});
export type ScoreRequest = z.output<typeof scoreRequestSchema>;
