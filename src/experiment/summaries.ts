import { z } from 'zod';

/**
 * What the warehouse hands over: everything an analysis knows about the data. Rows never come back, only these.
 * They are stored with the analysis, and a replay begins here.
 */
const count = z.number().int().gte(0);

export const momentsSchema = z.object({
  kind: z.literal('moments'),
  n: count.describe('units'),
  columns: z.array(z.string()),
  mean: z.array(z.number()).describe('shape (k)'),
  scatter: z.array(z.array(z.number())).describe('centred sums of products, shape (k, k)'),
});
export const quantileSummarySchema = z.object({
  kind: z.literal('quantile'),
  n: count, probability: z.number(), estimate: z.number(), lower: z.number(), upper: z.number(), z: z.number(),
});
export const segmentValueSchema = z.object({ name: z.string().describe('name of the segment'), value: z.string().describe('its value') }).meta({ id: 'SegmentValue', description: 'Units that share a value of a segment.' });
/** What a missing segment value is called. */
export const NO_VALUE = '(none)';
export type SegmentValue = z.output<typeof segmentValueSchema>;

/** One arm, in one segment value or (null) over all units. Cells without units are absent. */
const cellSchema = z.object({
  arm: z.string(),
  segment: segmentValueSchema.nullable(),
  summary: z.discriminatedUnion('kind', [momentsSchema, quantileSummarySchema]),
});
export type Cell = z.output<typeof cellSchema>;

/** Units of one group of a design in one arm. */
const groupSchema = z.object({
  arm: z.string(), group: z.string(), n: count,
  mean: z.array(z.number()).describe('shape (k): outcomes, then covariates'),
  scatter: z.array(z.array(z.number())).optional().describe('centred sums of products, shape (k, k); absent where the design reads sums alone'),
});
export type GroupSummary = z.output<typeof groupSchema>;

export const metricSummarySchema = z.object({
  metric: z.string(),
  /** outcome columns first: `y`, or `numerator` and `denominator`, or the component names; then covariates, each `x:...` */
  outcomes: z.array(z.string()),
  covariates: z.array(z.string()),
  cells: z.array(cellSchema),
  /** disjoint cohorts by UTC day of first exposure, over all segments; for the cumulative plot; empty without exposure times */
  days: z.array(z.object({ day: z.string().describe('YYYY-MM-DD'), arm: z.string(), summary: momentsSchema })),
  /** of designs that compare groups: clusters, strata, pairs, buckets of time; absent for others, and for quantiles */
  groups: z.array(groupSchema).optional(),
  /** the largest distance of a unit's value, after bounds, from the mean over all arms; absent for shares and quantiles, and where units were not randomised by themselves */
  farthest: z.array(z.object({ arm: z.string(), column: z.string(), centre: z.number().describe('that mean'), distance: z.number().describe('in units of the outcome') })).optional(),
  /** of a metric adjusted by predictions: the models that made them */
  cupac: z.object({
    folds: count.describe('parts of the units'),
    features: z.array(z.string()),
    models: z.array(z.object({ outcome: z.string(), fold: count, slopes: z.array(z.number()).describe('units of the outcome a unit of the feature, shape (features)') }))
      .describe('the slopes by which each fold was predicted, learned from the others'),
  }).optional(),
  /** bounds that were applied to each outcome column, in units of the metric */
  bounds: z.array(z.object({ column: z.string(), lower: z.number().nullable(), upper: z.number().nullable() })),
  /** units left out because their window had not closed at `asOf` */
  immature: count,
});
export type MetricSummary = z.output<typeof metricSummarySchema>;

const foldSummarySchema = z.object({
  metric: z.string(),
  /** one arm, one half of the units, one value of an attribute or of a pair of attributes; cells without units are absent */
  cells: z.array(z.object({ arm: z.string(), fold: z.number().int(), parts: z.array(segmentValueSchema), summary: momentsSchema })),
});
export type FoldSummary = z.output<typeof foldSummarySchema>;

export const summariesSchema = z.object({
  asOf: z.string().nullable().describe('the analysis sees nothing later; null when no table has times'),
  exposures: z.object({
    rows: count.describe('exposure rows read, after start, end and asOf'),
    units: count.describe('units analysed'),
    nullUnits: count.describe('rows without a unit id'),
    nullArms: count.describe('rows without an arm'),
    multipleArms: count.describe('units seen in several arms; excluded'),
    multipleArmsByArm: z.array(z.object({ arm: z.string(), units: count })).describe('those units, counted under the arm they saw first'),
    excluded: z.array(z.object({ name: z.string(), units: count })).describe('by declared exclusion'),
    unplannedArms: z.array(z.object({ arm: z.string(), units: count })).describe('arms in the data that the plan does not have; excluded'),
    first: z.string().nullable(), last: z.string().nullable(),
    arms: z.array(z.object({ arm: z.string(), units: count })),
    segments: z.array(z.object({ segment: z.string(), value: z.string(), arm: z.string(), units: count })),
    days: z.array(z.object({ day: z.string(), arm: z.string(), units: count })),
    groups: z.array(z.object({ arm: z.string(), group: z.string(), units: count })).optional().describe('clusters, strata, pairs or buckets of a design, and their units; absent where it has none'),
  }),
  facts: z.array(z.object({
    name: z.string(),
    rows: count, nullUnits: count, nullTimes: count,
    duplicates: count.describe('rows that repeat the declared idempotency key; counted once'),
    notFinite: count.describe('values that are NaN or infinite, of columns where a metric would read one; they are left out'),
    matched: count.describe('exposed units with events in the time after exposure that metrics can see (before it, where they see no other)'),
    first: z.string().nullable(), last: z.string().nullable(),
  })),
  metrics: z.array(metricSummarySchema),
  /** of metrics that are searched for segments; absent: none are */
  folds: z.array(foldSummarySchema).optional(),
});
export type Summaries = z.output<typeof summariesSchema>;

/** What was read, so that a second reading can be told from the first. */
export const fingerprintSchema = z.object({
  engine: z.string().describe('such as duckdb 1.5.6'),
  tables: z.array(z.object({
    name: z.string().describe('name of the table'),
    rows: count.describe('rows in it'),
    bytes: count.nullable().describe('of the files; null for a database'),
    checksum: z.string().describe('sha256 over file contents in path order, or over the engine\'s own row hashes'),
  }).meta({ id: 'TableFingerprint', description: 'One table as it was read.' })).describe('every table that was read'),
  digest: z.string().describe('sha256 of engine and tables'),
}).meta({ id: 'Fingerprint', description: 'What was read, so that a second reading can be told from the first.' });
export type Fingerprint = z.output<typeof fingerprintSchema>;

export const executedQuerySchema = z.object({ title: z.string().describe('what it asks'), sql: z.string().describe('as it was sent') }).meta({ id: 'ExecutedQuery', description: 'A statement that was executed.' });
export type ExecutedQuery = z.output<typeof executedQuerySchema>;
