import { z } from 'zod';

/** Kinds of models of effects: a causal forest, and meta-learners over any learner. */
export const effectKinds = ['causal_forest', 's_learner', 't_learner', 'x_learner', 'r_learner', 'dr_learner'] as const;
/** Kinds of models of other effects, by forests: of several arms, of an instrument, on survival. */
export const otherForestKinds = ['multi_arm_forest', 'instrumental_forest', 'causal_survival_forest'] as const;
/** Kinds of models of outcomes: learners by themselves. */
export const outcomeKinds = ['boosting', 'forest', 'linear', 'logistic', 'ridge', 'lasso', 'elastic_net'] as const;
export const modelKinds = [...effectKinds, ...otherForestKinds, ...outcomeKinds] as const;
/** Kinds that have an ONNX form. */
export const onnxKinds = [...effectKinds, ...outcomeKinds] as const;
export type ModelKindName = (typeof modelKinds)[number];

export const modelKind = z.enum(modelKinds).meta({ id: 'UpliftModelKind', description: 'How effects, or outcomes, are learned.' });
export const unseenCategories = z.enum(['refuse', 'missing']).meta({ id: 'UnseenCategories', description: 'What scoring does with a category that training did not have.' });

/** Names stand in paths and addresses. */
export const modelName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be 1 to 64 lower-case letters, digits, - or _, and begin with a letter or digit');

const column = z.string().min(1);
const columns = z.union([column, z.array(column)]).transform((given) => [given].flat()).default([]);

/** What `assay model train` is asked. */
export const modelSpecSchema = z.strictObject({
  name: modelName.describe('name of the model; training it again makes its next version'),
  description: z.string().max(1000).default('').describe('for people'),
  kind: modelKind.describe('how effects are learned: an honest causal forest, or an s-, t-, x-, r- or dr-learner over gradient boosting or any other learner; or a model of outcomes, which is a learner by itself'),
  data: z.string().min(1).describe('CSV, NDJSON, Parquet or Arrow file'),
  columns: z.strictObject({
    outcome: column.optional().describe('outcome of each unit; a causal survival forest has time and event instead'),
    treatment: column.optional().describe('1 for treated and 0 for control units; a causal forest also takes a continuous dose, and a multi-arm forest the name of the arm. Models of outcomes have none'),
    covariates: columns.describe('numeric, measured before treatment; may have gaps'),
    categories: columns.describe('covariates whose values have no order; may have gaps'),
    instrument: column.optional().describe('of an instrumental forest: 1 where encouraged and 0 elsewhere, or a continuous instrument'),
    time: column.optional().describe('of a causal survival forest: time to the event, or to the end of observation'),
    event: column.optional().describe('of a causal survival forest: 1 where the event was seen, 0 where observation ended before it'),
    weight: column.optional().describe('sample weight of each unit, at least 0'),
    cluster: column.optional().describe('units of one cluster stay together and count as one for errors'),
  }).describe('role -> column'),
  options: z.record(z.string(), z.unknown()).default({}).describe('options of the kind; assay model kinds lists them'),
  unseenCategories: unseenCategories.default('refuse').describe('what scoring does with a category that training did not have: refuse the rows, or take it as a missing value'),
  seed: z.number().int().gte(0).lte(4_294_967_295).default(1).describe('seed of the counter-based streams'),
});
export type ModelSpec = z.output<typeof modelSpecSchema>;
export type ModelSpecInput = z.input<typeof modelSpecSchema>;
