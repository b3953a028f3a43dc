import { z } from 'zod';
import { planSchema } from './plan.js';
import { executedQuerySchema, fingerprintSchema, segmentValueSchema, summariesSchema } from './summaries.js';
import { refusalReasons } from '../stats/refusal.js';

export const verdicts = ['ship', 'do_not_ship', 'keep_running', 'invalid'] as const;
export type Verdict = (typeof verdicts)[number];
export const verdictSchema = z.enum(verdicts).meta({ id: 'Verdict', description: 'what the decision rule says' });

export const refusalSchema = z.object({
  status: z.literal('refused').describe('always refused'),
  reason: z.enum(refusalReasons).meta({ id: 'RefusalReason', description: 'why there is no answer' }),
  detail: z.string().describe('which bound was missed'),
  remedy: z.string().describe('what would make the question answerable'),
}).meta({ id: 'Refusal', description: 'An honest "cannot say", in place of a number.' });

export const confidenceSetSchema = z.object({
  shape: z.enum(['interval', 'complement', 'line']).meta({ id: 'ConfidenceShape', description: 'how the ends of a confidence set are to be read' }).describe('interval: between the ends; complement: outside them; line: nothing is excluded'),
  lower: z.number().nullable().describe('null: unbounded'),
  upper: z.number().nullable().describe('null: unbounded'),
}).meta({ id: 'ConfidenceSet', description: 'The values that are not excluded, in the units of the estimate.' });

const posteriorSchema = z.object({
  mean: z.number().describe('in the units of the estimate'),
  standardDeviation: z.number().describe('in the units of the estimate'),
  chanceToBeat: z.number().describe('posterior chance that the treatment is better, a fraction'),
  expectedLoss: z.object({
    keepControl: z.number().describe('by keeping the control'), shipTreatment: z.number().describe('by shipping the treatment'),
  }).meta({ id: 'ExpectedLoss', description: 'What a choice loses on average, in the units of the estimate.' }).describe('what either choice loses on average, in the units of the estimate'),
  withinMargin: z.number().nullable().describe('posterior chance that the effect is smaller than the margin of the rule, either way (region of practical equivalence), a fraction; null for a difference and where the rule sets no margin'),
}).meta({ id: 'Posterior', description: 'Belief about an effect after the data.' });

export const stops = ['efficacy', 'harm', 'futility', 'end'] as const;
const stageWiseSchema = z.object({
  status: z.literal('estimated').describe('always estimated'),
  pValue: z.number().describe('on the sides that the plan reads, allowing for the looks before'),
  medianUnbiased: z.number().describe('as likely above the truth as below it, in the units of the estimate'),
  interval: confidenceSetSchema.describe('of equal tails, at the level of the plan; one end where the plan reads one side'),
}).meta({ id: 'StageWise', description: 'What is known of an effect when a test has stopped by its rule, by the stage-wise ordering of its outcomes.' });
const stoppingSchema = z.object({
  look: z.number().int().describe('counted from 1'),
  share: z.number().describe('information over that at the planned end; above 1 when the plan is over-run'),
  statistic: z.number().describe('standardised distance from no effect, towards the better side'),
  efficacy: z.number().nullable().describe('the test stops when the statistic is at least this, or, of two sides, at most minus this; null: nothing is left to spend'),
  futility: z.number().nullable().describe('it may stop below this, or must where the plan says that futility binds; null: not before the end, or not planned for'),
  stop: z.enum(stops).meta({ id: 'Stop', description: 'why a group sequential test stops' }).nullable().describe('efficacy: the effect is better; harm: it is worse; futility: the effect that was planned for is implausible; end: the plan is used up; null: the test goes on'),
  stageWise: z.discriminatedUnion('status', [stageWiseSchema, refusalSchema])
    .meta({ id: 'StageWiseOrRefusal', description: 'What is known when a test stops, or why it cannot be said.' }).nullable().describe('null while the test goes on'),
}).meta({ id: 'Stopping', description: 'Where a test that may stop early stands at the present look.' });

export const estimateSchema = z.object({
  status: z.literal('estimated').describe('always estimated'),
  estimate: z.number().describe('difference in units of the metric, or lift as a fraction'),
  standardError: z.number().describe('in the units of the estimate'),
  degreesOfFreedom: z.number().nullable().describe('null: normal reference'),
  interval: confidenceSetSchema.describe('at the level of the plan, for this row alone'),
  pValue: z.number().describe('null of no effect, for this row alone, two-sided unless the plan reads the better side; of a Bayesian method twice the posterior chance of the other side'),
  adjustedPValue: z.number().nullable().describe('within the family of the row; null where no correction applies'),
  simultaneous: confidenceSetSchema.nullable().describe('interval that agrees with the adjusted p-value; null where no correction applies'),
  eValue: z.number().nullable().optional().describe('evidence against no effect: of mean at most 1 without one, whenever one looks; null or absent where the method has none'),
  posterior: posteriorSchema.nullable().optional().describe('null or absent where the method is not Bayesian'),
  stopping: stoppingSchema.nullable().optional().describe('null or absent where the method does not count looks, for metrics that decide nothing, and in segments'),
}).meta({ id: 'EffectEstimate', description: 'A number with its uncertainty.' });
export type EffectEstimate = z.output<typeof estimateSchema>;
const effectOrRefusal = z.discriminatedUnion('status', [estimateSchema, refusalSchema]).meta({ id: 'EstimateOrRefusal', description: 'A number with its uncertainty, or why there is none.' });

const armEstimateSchema = z.object({
  arm: z.string().describe('name of the arm'), n: z.number().int().describe('units'),
  value: z.number().nullable().describe('after adjustment, in units of the metric; null when it cannot be computed'),
  standardError: z.number().nullable().describe('in units of the metric; null when it cannot be computed'),
}).meta({ id: 'ArmEstimate', description: 'The metric in one arm.' });

export const families = ['goals', 'guardrails', 'others', 'segments'] as const;

export const comparisonSchema = z.object({
  metric: z.string().describe('name of the metric'),
  role: z.enum(['goal', 'guardrail', 'other']).describe('what the decision rule makes of the metric'),
  family: z.enum(families).describe('rows that are corrected together'),
  segment: segmentValueSchema.nullable().describe('units of one segment value; null: all units'),
  control: armEstimateSchema.describe('the control arm'),
  treatment: armEstimateSchema.describe('the arm that is compared with it'),
  difference: effectOrRefusal.describe('treatment - control, in units of the metric'),
  lift: effectOrRefusal.describe('treatment / control - 1, a fraction'),
  method: z.string().describe('effect and inference in words, such as "difference in means, Lin adjustment; fixed horizon (Welch)"'),
  adjustment: z.object({
    covariates: z.array(z.string()).describe('columns that were adjusted for'),
    varianceReduction: z.number().describe('1 - adjusted variance / unadjusted variance of the difference, a fraction; negative when adjustment did harm'),
  }).meta({ id: 'Adjustment', description: 'Variance reduction by covariates.' }).nullable().describe('null when the metric has no covariate'),
}).meta({ id: 'Comparison', description: 'One treatment arm against the control on one metric, over all units or in one segment.' });
export type Comparison = z.output<typeof comparisonSchema>;

export const designReportSchema = z.object({
  kind: z.string().describe('such as cluster or switchback'),
  title: z.string().describe('the design in words'),
  randomised: z.string().describe('what was randomised'),
  estimand: z.string().describe('what effects are effects of'),
  assumptions: z.array(z.string()).describe('what must hold for the effects to be right, one sentence each'),
  notes: z.array(z.string()).describe('what was seen of the design, one sentence each'),
  findings: z.array(z.object({
    metric: z.string().describe('name of the metric'), treatment: z.string().describe('the arm that is compared with the control'),
    quantity: z.string().describe('what was estimated beside the effect, such as carry-over or the first stage'),
    effect: effectOrRefusal.describe('in units of the metric; of a first stage in units of uptake'),
  }).meta({ id: 'DesignFinding', description: 'What a design says of a metric beside its effect.' })).describe('one a metric, arm and quantity'),
}).meta({ id: 'DesignReport', description: 'What was randomised, and what follows from it.' });
export type DesignReport = z.output<typeof designReportSchema>;

export const checkSchema = z.object({
  name: z.enum(['sample_ratio', 'sample_ratio_sequential', 'sample_ratio_by_segment', 'pre_period_bias', 'covariate_imbalance', 'carry_over', 'implausible_lift', 'novelty_or_primacy', 'outlier_influence', 'multiple_exposures', 'unplanned_arms', 'missing_data', 'late_data', 'duplicate_events', 'not_finite', 'minimum_units', 'minimum_duration', 'empty_arm', 'constant_metric']).describe('what was checked'),
  status: z.enum(['pass', 'warn', 'fail']).describe('how it came out'),
  blocking: z.boolean().describe('a failed blocking check makes the verdict invalid'),
  sentence: z.string().describe('what was seen and what follows'),
  pValue: z.number().nullable().describe('of the test behind the check; null when there is none'),
  action: z.string().nullable().optional().describe('what to do about it; null or absent where it passes'),
}).meta({ id: 'Check', description: 'Whether the data can be trusted, in one respect.' });
export type Check = z.output<typeof checkSchema>;

export const clauseSchema = z.object({
  kind: z.enum(['check', 'minimum', 'goal', 'guardrail', 'done', 'deadline']).describe('which part of the decision rule'),
  metric: z.string().nullable().describe('name of the metric; null when it is about none'),
  arm: z.string().nullable().describe('name of the arm; null when it is about none'),
  status: z.enum(['met', 'open', 'violated']).describe('met: speaks for shipping; open: cannot say yet; violated: speaks against'),
  sentence: z.string().describe('what was asked, what was seen, what follows'),
  change: z.string().describe('what would change this clause'),
}).meta({ id: 'Clause', description: 'One clause of the decision rule and how it stands.' });
export type Clause = z.output<typeof clauseSchema>;

const ruleAccountSchema = z.object({
  alphaPerGoal: z.number().describe('one-sided error rate of the test of each goal'),
  alphaPerGuardrail: z.number().describe('one-sided error rate of the test of each guardrail: not divided, since all must hold'),
  alphaPerDeterioration: z.number().describe('one-sided error rate of each test of deterioration; 0: none are made'),
  betaPerClause: z.number().describe('chance to miss that each test that must hold may have, for the decision to have its power'),
  falseShip: z.number().describe('bound, in each arm, on the chance to ship when no goal is better (all asked: not every goal) or a guardrail loses its margin'),
  unitsNeeded: z.number().int().nullable().describe('units of all arms that give the rule its power, at the variances seen in the control; null where the plan states no lifts to detect'),
}).meta({ id: 'RuleAccount', description: 'How the error rates of a whole decision are shared among its tests.' });
export type RuleAccount = z.output<typeof ruleAccountSchema>;

export const decisionSchema = z.object({
  verdict: verdictSchema.describe('ship, do not ship, keep running, or invalid'),
  arm: z.string().nullable().describe('the arm to ship; null unless the verdict is ship'),
  reason: z.string().describe('one sentence'),
  clauses: z.array(clauseSchema).describe('every clause that decided it'),
  rule: ruleAccountSchema.nullable().optional().describe('null or absent where each clause is judged for itself'),
}).meta({ id: 'VerdictDetail', description: 'Whether to ship, and why.' });
export type Decision = z.output<typeof decisionSchema>;

/** Cumulative reading of one metric: what the analysis would have said at the end of each day of exposure. */
export const timelineSchema = z.object({
  metric: z.string().describe('name of the metric'), arm: z.string().describe('name of the treatment arm'),
  points: z.array(z.object({
    day: z.string().describe('YYYY-MM-DD, UTC'), n: z.number().int().describe('units up to and including the day'), estimate: z.number().describe('lift, a fraction'),
    lower: z.number().nullable().describe('of the interval, a fraction; null: unbounded'), upper: z.number().nullable().describe('of the interval, a fraction; null: unbounded'),
  }).meta({ id: 'TimelinePoint', description: 'The reading at the end of one day.' })).describe('one a day of exposure'),
}).meta({ id: 'Timeline', description: 'Cumulative lift of one metric in one arm, day by day.' });
export type Timeline = z.output<typeof timelineSchema>;

export const differenceSchema = z.object({
  path: z.string().describe('where in the plan, such as metrics.revenue.window'),
  planned: z.string().nullable().describe('JSON of the frozen plan; null when absent there'),
  ran: z.string().nullable().describe('JSON of the plan that ran; null when absent there'),
}).meta({ id: 'PlanDifference', description: 'Where the plan that ran departs from the plan that was locked.' });
export type PlanDifference = z.output<typeof differenceSchema>;

const searchedSegmentSchema = z.object({
  metric: z.string().describe('name of the metric'), arm: z.string().describe('name of the treatment arm'),
  parts: z.array(segmentValueSchema).describe('one attribute and its value, or two'),
  units: z.number().int().describe('of the control and the arm that have these values'),
  inside: z.number().describe('effect (difference) among them, in units of the metric, in the halves of the units that did not choose them'),
  outside: z.number().describe('effect among all others, likewise'),
  estimate: z.number().describe('effect inside less effect outside, likewise'),
  interval: confidenceSetSchema.describe('of that; false coverage rate over the segments that are found; leaves out 0 exactly when the segment is found'),
  eValue: z.number().describe('compound e-value of no difference, averaged over both ways to split choosing and testing'),
  adjustedPValue: z.number().describe('smallest false discovery rate at which the segment is found'),
  isFound: z.boolean().describe('true: its effect differs, at the false discovery rate of the plan'),
}).meta({ id: 'SearchedSegment', description: 'A segment that one half of the units chose and the other tested.' });
export const segmentSearchSchema = z.object({
  searched: z.number().int().describe('segments with enough units, over metrics and arms'),
  fdr: z.number().describe('false discovery rate of the plan'),
  segments: z.array(searchedSegmentSchema).describe('those that are found, and the strongest of the others'),
}).meta({ id: 'SegmentSearch', description: 'Which segments have an effect of their own: chosen in one half of the units, tested in the other, both ways.' });
export type SegmentSearch = z.output<typeof segmentSearchSchema>;

const gainSchema = z.object({
  estimate: z.number().describe('in units of the metric, above 0 for the better'),
  standardError: z.number().describe('in units of the metric'),
  degreesOfFreedom: z.number().nullable().describe('null: normal reference'),
  interval: confidenceSetSchema.describe('at the level of the plan'),
  pValue: z.number().describe('two-sided, of no gain'),
}).meta({ id: 'GainEstimate', description: 'What is gained, in the better direction of the metric, with its uncertainty.' });
export type GainEstimate = z.output<typeof gainSchema>;

const targetingNodeSchema = z.object({
  feature: z.string().nullable().describe('covariate that is asked about; null in a leaf'),
  threshold: z.number().nullable().describe('units at or below it go to yes; null where a level is asked for, and in a leaf'),
  level: z.string().nullable().describe('units of this value go to yes, (none) for a missing one; null where a threshold is asked for, and in a leaf'),
  yes: z.number().int().nullable().describe('place of that child among the nodes; null in a leaf'),
  no: z.number().int().nullable().describe('place of the other child; null in a leaf'),
  isTreated: z.boolean().nullable().describe('whether units of the leaf get the treatment; null where a question follows'),
  share: z.number().describe('of held-out units that reach the node, in [0, 1]'),
  gain: gainSchema.nullable().describe('mean gain by treatment of the held-out units that reach it; null of fewer than two'),
}).meta({ id: 'TargetingNode', description: 'A question that a policy tree asks, or what it says at the end.' });
const targetingTreeSchema = z.object({
  nodes: z.array(targetingNodeSchema).describe('root first, children after their parents'),
  learned: z.number().int().describe('units that the tree was learned from'),
  treatedShare: z.number().describe('of held-out units that it treats, in [0, 1]'),
  overNone: gainSchema.nullable().describe('per unit of all, over treating nobody; null when it treats nobody'),
  overAll: gainSchema.nullable().describe('per unit of all, over treating everybody; null when it treats everybody'),
  allOverNone: gainSchema.describe('what treating everybody gains over treating nobody, by the same units'),
}).meta({ id: 'TargetingTree', description: 'Whom to treat, as questions that people can read, valued by units that had no say in it.' });

const targetingSchema = z.object({
  status: z.literal('estimated').describe('always estimated'),
  learned: z.number().int().describe('units that the ranking was learned from'),
  judged: z.number().int().describe('units that judged the ranking'),
  valued: z.number().int().describe('units that value the tree'),
  trimmedShare: z.number().describe('share of units left out because covariates all but tell their arm, in [0, 1]'),
  rate: gainSchema.describe('rank-weighted effect (AUTOC): what treating by the ranking gains over treating as many at random; 0 when the ranking is worth nothing'),
  curve: z.array(z.object({
    fraction: z.number().describe('share treated, those of highest predicted gain first'), estimate: z.number().describe('their mean gain less the mean gain of all, in units of the metric'),
    lower: z.number().describe('of the interval, for this fraction alone'), upper: z.number().describe('of the interval, for this fraction alone'),
  }).meta({ id: 'TargetingPoint', description: 'A point of the targeting operator characteristic.' })).describe('targeting operator characteristic (TOC)'),
  covariates: z.array(z.object({
    name: z.string().describe('covariate'), share: z.number().describe('of the splits near the root of the forest, weighted by depth; sums to 1'),
    level: z.string().nullable().describe('the value whose shares differ most; null for numbers'),
    most: z.number().nullable().describe('mean (or share of that value) in the quarter with the highest predicted gain; null when all are missing'),
    least: z.number().nullable().describe('the same in the quarter with the lowest'),
  }).meta({ id: 'GainProfile', description: 'How those who gain most differ from those who gain least.' })).describe('by importance, highest first'),
  tree: targetingTreeSchema.nullable().describe('null unless the ranking is shown to be worth something'),
}).meta({ id: 'Targeting', description: 'Whether units that gain more can be told beforehand, and what a rule for them is worth.' });

export const effectForestSchema = z.object({
  metric: z.string().describe('name of the metric'),
  arm: z.string().describe('the arm that is compared with the control'),
  cost: z.number().describe('of treating a unit, in units of the metric; gains of the tree are net of it'),
  available: z.number().int().describe('units of both arms that count for the metric'),
  read: z.number().int().describe('units that were read, by a hash of the unit where they are fewer'),
  rowsDigest: z.string().describe('sha256 of the rows as they were read'),
  answer: z.discriminatedUnion('status', [targetingSchema, refusalSchema]).meta({ id: 'TargetingOrRefusal', description: 'Whom the treatment helps most, or why it cannot be said.' }),
}).meta({ id: 'EffectForest', description: 'Whom the treatment helps most, by a causal forest over units. It informs and is no part of the verdict, nor of its replay: rows are not stored.' });
export type EffectForest = z.output<typeof effectForestSchema>;

/** What follows from plan and summaries alone: recomputed bit for bit by a replay. */
export const conclusionSchema = z.object({
  checks: z.array(checkSchema),
  comparisons: z.array(comparisonSchema),
  timelines: z.array(timelineSchema),
  decision: decisionSchema.describe('whether to ship, and why'),
  heterogeneity: segmentSearchSchema.nullable().optional().describe('segments whose effect differs; null or absent where the plan searches none'),
  design: designReportSchema.optional().describe('what was randomised, and what follows from it; null: units, each by itself'),
});
export type Conclusion = z.output<typeof conclusionSchema>;

export const analysisSchema = z.object({
  formatVersion: z.literal(1),
  plan: planSchema,
  planHash: z.string(),
  frozenPlanHash: z.string().nullable().describe('of the plan locked at start; null when none was locked'),
  exploratory: z.boolean().describe('true when the plan that ran is not the plan that was locked'),
  differences: z.array(differenceSchema).describe('where the plan that ran departs from the locked one'),
  fingerprint: fingerprintSchema.describe('what data were read'),
  summaries: summariesSchema,
  queries: z.array(executedQuerySchema).describe('every statement that was executed, in order'),
  seed: z.number().int().describe('of the random streams'),
  codeVersion: z.string().describe('version of the code that computed it'),
  device: z.string().describe('what computed it, such as cpu'),
  ...conclusionSchema.shape,
  forest: effectForestSchema.optional().describe('whom the treatment helps most; null where the plan asks for no forest. No part of the verdict'),
});
export type Analysis = z.output<typeof analysisSchema>;
