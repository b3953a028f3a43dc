import { z } from 'zod';

/** Which columns play which roles. */
export const columnsSchema = z.record(z.string(), z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]));

/** What `assay estimate` is asked: one estimator on the columns of one file. */
export const specSchema = z.strictObject({
  estimator: z.string().min(1).describe('name of a registered estimator'),
  data: z.string().min(1).describe('CSV, NDJSON, Parquet or Arrow file'),
  columns: columnsSchema.describe('role -> column, or list of columns'),
  options: z.record(z.string(), z.unknown()).default({}).describe('options of the estimator'),
  seed: z.number().int().gte(0).lte(4_294_967_295).default(1).describe('seed of the counter-based streams'),
});
export type Spec = z.output<typeof specSchema>;
export type SpecInput = z.input<typeof specSchema>;
