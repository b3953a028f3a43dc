import { z } from 'zod';
import { planSchema } from './plan.js';
import { executedQuerySchema, fingerprintSchema, segmentValueSchema, summariesSchema } from './summaries.js';
import { refusalReasons } from '../stats/refusal.js';

export const verdicts = ['ship', 'do_not_ship', 'keep_running', 'invalid'] as const;
export type Verdict = (typeof verdicts)[number];

export const refusalSchema = z.object({
  status: z.literal('refused'),
  reason: z.enum(refusalReasons),
  detail: z.string().describe('which bound was missed'),
  remedy: z.string().describe('what would make the question answerable'),
}).meta({ id: 'Refusal' });

export const confidenceSetSchema = z.object({
  shape: z.enum(['interval', 'complement', 'line']).describe('interval: between the ends; complement: outside them; line: nothing is excluded'),
  lower: z.number().nullable().describe('null: unbounded'),
  upper: z.number().nullable().describe('null: unbounded'),
}).meta({ id: 'ConfidenceSet' });

export const estimateSchema = z.object({
  status: z.literal('estimated'),
  estimate: z.number().describe('difference in units of the metric, or lift as a fraction'),
  standardError: z.number().describe('in the units of the estimate'),
  degreesOfFreedom: z.number().nullable().describe('null: normal reference'),
  interval: confidenceSetSchema.describe('at the level of the plan, for this row alone'),
  pValue: z.number().describe('two-sided, null of no effect, for this row alone'),
  adjustedPValue: z.number().nullable().describe('within the family of the row; null where no correction applies'),
  simultaneous: confidenceSetSchema.nullable().describe('interval that agrees with the adjusted p-value; null where no correction applies'),
}).meta({ id: 'EffectEstimate' });
export type EffectEstimate = z.output<typeof estimateSchema>;
const effectOrRefusal = z.discriminatedUnion('status', [estimateSchema, refusalSchema]);

const armEstimateSchema = z.object({
  arm: z.string(), n: z.number().int().describe('units'),
  value: z.number().nullable().describe('after adjustment, in units of the metric; null when it cannot be computed'),
  standardError: z.number().nullable(),
}).meta({ id: 'ArmEstimate' });

export const families = ['goals', 'guardrails', 'others', 'segments'] as const;

export const comparisonSchema = z.object({
  metric: z.string(),
  role: z.enum(['goal', 'guardrail', 'other']),
  family: z.enum(families).describe('rows that are corrected together'),
  segment: segmentValueSchema.nullable(),
  control: armEstimateSchema,
  treatment: armEstimateSchema,
  difference: effectOrRefusal,
  lift: effectOrRefusal,
  method: z.string().describe('effect and inference in words, such as "difference in means, Lin adjustment; fixed horizon (Welch)"'),
  adjustment: z.object({ covariates: z.array(z.string()), varianceReduction: z.number() }).nullable(),
}).meta({ id: 'Comparison' });
export type Comparison = z.output<typeof comparisonSchema>;

export const checkSchema = z.object({
  name: z.enum(['sample_ratio', 'sample_ratio_by_segment', 'multiple_exposures', 'unplanned_arms', 'missing_data', 'late_data', 'duplicate_events', 'not_finite', 'minimum_units', 'minimum_duration', 'empty_arm', 'constant_metric']),
  status: z.enum(['pass', 'warn', 'fail']),
  blocking: z.boolean().describe('a failed blocking check makes the verdict invalid'),
  sentence: z.string(),
  pValue: z.number().nullable(),
}).meta({ id: 'Check' });
export type Check = z.output<typeof checkSchema>;

export const clauseSchema = z.object({
  kind: z.enum(['check', 'minimum', 'goal', 'guardrail', 'done', 'deadline']),
  metric: z.string().nullable(),
  arm: z.string().nullable(),
  status: z.enum(['met', 'open', 'violated']).describe('met: speaks for shipping; open: cannot say yet; violated: speaks against'),
  sentence: z.string().describe('what was asked, what was seen, what follows'),
  change: z.string().describe('what would change this clause'),
}).meta({ id: 'Clause' });
export type Clause = z.output<typeof clauseSchema>;

export const decisionSchema = z.object({
  verdict: z.enum(verdicts),
  arm: z.string().nullable().describe('the arm to ship; null unless the verdict is ship'),
  reason: z.string().describe('one sentence'),
  clauses: z.array(clauseSchema),
}).meta({ id: 'VerdictDetail' });
export type Decision = z.output<typeof decisionSchema>;

/** Cumulative reading of one metric: what the analysis would have said at the end of each day of exposure. */
export const timelineSchema = z.object({
  metric: z.string(), arm: z.string(),
  points: z.array(z.object({
    day: z.string(), n: z.number().int(), estimate: z.number().describe('lift, a fraction'),
    lower: z.number().nullable(), upper: z.number().nullable(),
  })),
}).meta({ id: 'Timeline' });
export type Timeline = z.output<typeof timelineSchema>;

export const differenceSchema = z.object({
  path: z.string().describe('where in the plan, such as metrics.revenue.window'),
  planned: z.string().nullable().describe('JSON of the frozen plan; null when absent there'),
  ran: z.string().nullable().describe('JSON of the plan that ran; null when absent there'),
}).meta({ id: 'PlanDifference' });
export type PlanDifference = z.output<typeof differenceSchema>;

/** What follows from plan and summaries alone: recomputed bit for bit by a replay. */
export const conclusionSchema = z.object({
  checks: z.array(checkSchema),
  comparisons: z.array(comparisonSchema),
  timelines: z.array(timelineSchema),
  decision: decisionSchema,
});
export type Conclusion = z.output<typeof conclusionSchema>;

export const analysisSchema = z.object({
  formatVersion: z.literal(1),
  plan: planSchema,
  planHash: z.string(),
  frozenPlanHash: z.string().nullable().describe('of the plan locked at start; null when none was locked'),
  exploratory: z.boolean().describe('true when the plan that ran is not the plan that was locked'),
  differences: z.array(differenceSchema),
  fingerprint: fingerprintSchema,
  summaries: summariesSchema,
  queries: z.array(executedQuerySchema),
  seed: z.number().int(),
  codeVersion: z.string(),
  device: z.string().describe('what computed it, such as cpu'),
  ...conclusionSchema.shape,
});
export type Analysis = z.output<typeof analysisSchema>;
