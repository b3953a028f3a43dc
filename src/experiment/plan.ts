import { z } from 'zod';
import { corrections } from '../stats/corrections/index.js';
import { heterogeneityIssues, heterogeneitySchema } from './heterogeneity/heterogeneity.js';
import { combinedArmSchema, designSchema } from './design/design.js';
import { designIssues } from './design/issues.js';
import { inferenceSchema, methodOf } from './inference.js';
import { inferenceIssues } from './inference-issues.js';
import { filterSchema, metricSchema, type Cupac } from './metric.js';
import { identifier, instant } from './vocabulary.js';

/** Where tables are. Locations are not part of the plan's hash: the data fingerprint speaks for what was in them. */
const tableSchema = z.strictObject({
  path: z.string().min(1).describe('file, folder or glob: CSV, Parquet, Arrow IPC or NDJSON'),
  format: z.enum(['csv', 'parquet', 'arrow', 'ndjson']).optional().describe('absent: by file extension'),
  rowNumber: identifier.optional().describe('adds a column of this name that numbers rows from 0, for tables without a unit id'),
  timezone: z.string().optional().describe('IANA zone of timestamps that carry none; absent: UTC'),
});
export const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('files'), tables: z.record(identifier, tableSchema) }),
  z.strictObject({ kind: z.literal('postgres'), url: z.string().regex(/^env:[A-Z][A-Z0-9_]*$/, 'must name an environment variable, such as env:WAREHOUSE_URL').describe('environment variable that holds the connection string'), schema: identifier.default('public') }),
  z.strictObject({ kind: z.literal('datasource'), name: identifier.describe('a data source registered with the service') }),
]);
export type Source = z.output<typeof sourceSchema>;

const relation = {
  table: identifier.optional().describe('a table of the source; absent: the name of this entry'),
  sql: z.string().min(1).max(100_000).optional().describe('a SELECT in the dialect of the source, run read-only, instead of a table'),
};

const exposuresSchema = z.strictObject({
  ...relation,
  unit: z.string().min(1).describe('column of the unit of randomisation'),
  arm: z.string().min(1).optional().describe('column of the arm; a factorial design has its factors instead'),
  time: z.string().min(1).optional().describe('column of the exposure time; absent: no windows and no dates'),
  attributes: z.array(z.string().min(1)).max(50).default([]).describe('columns known before exposure, for segments and covariates'),
  attributesTime: z.string().min(1).optional().describe('column of the time at which the attributes of a row were known, so that what was known only after exposure is refused; absent: nobody can tell'),
  exclude: z.array(z.strictObject({ name: identifier.describe('such as bots or internal'), where: z.array(filterSchema).min(1) })).default([])
    .describe('units with an exposure that passes all filters of one entry are left out and counted'),
}).refine((e) => !(e.table && e.sql), { message: 'give table or sql, not both' })
  .refine((e) => !e.attributesTime || e.time, { message: 'attributesTime needs the time of exposure too: name its column in time', path: ['attributesTime'] });

const factSchema = z.strictObject({
  name: identifier,
  ...relation,
  unit: z.string().min(1),
  time: z.string().min(1).optional().describe('column of the event time; absent: the table holds one timeless row a unit'),
  id: z.string().min(1).optional().describe('idempotency key: rows that repeat it are counted once and reported'),
}).refine((f) => !(f.table && f.sql), { message: 'give table or sql, not both' });

const modelVersionSchema = z.strictObject({
  registry: z.string().min(1).describe('model registry'), name: z.string().min(1).describe('name in the registry'), version: z.string().min(1).describe('version number in the registry'),
  runId: z.string().optional().describe('run that trained it'), digest: z.string().optional().describe('of the model, such as sha256:...'),
}).meta({ id: 'ModelVersion', description: 'A version of a model in its registry.' });
const featureVersionSchema = z.strictObject({
  store: z.string().min(1).describe('feature store'), view: z.string().min(1).describe('feature view'), version: z.string().min(1).describe('version of the view'),
  schemaHash: z.string().optional().describe('of the schema of the view'),
}).meta({ id: 'FeatureVersion', description: 'A version of a feature view in its store.' });
export type ModelVersion = z.output<typeof modelVersionSchema>;
export type FeatureVersion = z.output<typeof featureVersionSchema>;

const armSchema = z.strictObject({
  name: z.string().min(1).max(200).describe('value of the arm column'),
  weight: z.number().gt(0).lte(1).describe('planned share of units'),
  control: z.boolean().default(false),
  models: z.array(modelVersionSchema).default([]),
  features: z.array(featureVersionSchema).default([]),
});
export type Arm = z.output<typeof armSchema>;

const tier = z.number().int().gte(1).optional().describe('for a correction by gatekeeping: lower tiers are tested first; absent: 1');
const goalSchema = z.discriminatedUnion('claim', [
  z.strictObject({ metric: identifier, tier, claim: z.literal('superiority') }),
  z.strictObject({ metric: identifier, tier, claim: z.literal('non_inferiority'), margin: z.number().gt(0).describe('largest loss that is acceptable, a fraction of the control value') }),
  z.strictObject({ metric: identifier, tier, claim: z.literal('equivalence'), margin: z.number().gt(0).describe('largest change that is no change of note, either way, a fraction of the control value') }),
]);
const guardrailSchema = z.strictObject({
  metric: identifier, margin: z.number().gt(0).describe('largest harm that is acceptable, a fraction of the control value'),
});
const doneItem = z.enum(['reliability_guardrail', 'latency_guardrail', 'monitoring', 'rollback']);
const doneSchema = z.strictObject({
  monitoring: z.url().optional().describe('link to the dashboard that watches the change after it ships'),
  rollback: z.array(z.string().min(1)).default([]).describe('criteria, each a sentence, at which the change is rolled back'),
  waived: z.array(z.strictObject({ item: doneItem, reason: z.string().min(10) })).default([]),
});
export type DoneItem = z.output<typeof doneItem>;

const ruleSchema = z.strictObject({
  kind: z.literal('risk_aware').describe('alpha is split over the goals where any suffices; power over all that must hold (Schultzberg, Ankargren, Frånberg 2024)'),
  power: z.number().gt(0).lt(1).default(0.8).describe('chance to ship when every effect is as planned, a fraction'),
  falseAlarms: z.number().gte(0).lt(1).default(0).describe('chance that tests of deterioration, of every goal and guardrail, stop a sound change; 0: none are made'),
  detect: z.record(identifier, z.number().gt(0)).optional().describe('lift of each goal that is planned for, a fraction without sign: the report then says how many units the rule needs'),
});

const decisionSchema = z.strictObject({
  goals: z.array(goalSchema).min(1),
  match: z.enum(['all', 'any']).default('all').describe('how many goals must be met'),
  guardrails: z.array(guardrailSchema).default([]),
  rule: ruleSchema.optional().describe('joins goals and guardrails with error rates of the whole decision; absent: goals are corrected as a family, guardrails judged by their intervals'),
  done: doneSchema.optional().describe('definition of done: reliability and latency guardrails, monitoring link, rollback criteria; every item is required unless waived; absent: not asked'),
  minimumUnits: z.number().int().gte(2).default(100).describe('units an arm before any verdict but invalid or keep running'),
  minimumDays: z.number().gte(0).default(0).describe('days from first exposure to the analysis before any verdict but invalid or keep running'),
  plannedEnd: instant.optional().describe('from this time on an unmet goal means do not ship; absent: keep running'),
  alpha: z.number().gt(0).lt(0.5).default(0.05).describe('error rate of goals, two-sided unless inference.alternative says otherwise; 1 - alpha is the level of every interval'),
});

const correctionSchema = z.enum(Object.keys(corrections) as (keyof typeof corrections)[]);

export const planSchema = z.strictObject({
  name: identifier,
  title: z.string().max(200).optional(),
  hypothesis: z.string().max(5000).optional(),
  owner: z.string().max(200).optional(),
  source: sourceSchema,
  exposures: exposuresSchema,
  facts: z.array(factSchema).default([]),
  metrics: z.array(metricSchema).min(1).max(500),
  segments: z.array(z.strictObject({
    name: identifier, column: z.string().min(1),
    earlierExperiment: z.literal(true).optional().describe('values are the arms of an earlier experiment that units were in, so that its carry-over is tested'),
  })).max(20).default([]),
  arms: z.array(armSchema).min(2).max(50),
  combined: z.array(combinedArmSchema).max(20).optional().describe('several arms read as one, beside the arms themselves; reported and corrected with them, not shipped'),
  design: designSchema.optional().describe('what was randomised and how; absent: units, each by itself'),
  start: instant.optional().describe('exposures before this are ignored'),
  end: instant.optional().describe('exposures at or after this are ignored'),
  asOf: instant.optional().describe('the analysis sees nothing later; absent: the latest time in the data'),
  inference: inferenceSchema.default({ method: 'fixed' }),
  correction: correctionSchema.default('holm').describe('within each family: goals x arms; other metrics x arms; segments. Guardrails must all hold, so they need none'),
  decision: decisionSchema,
  heterogeneity: heterogeneitySchema.optional().describe('search for segments whose effect differs; absent: none'),
  checks: z.strictObject({
    sampleRatioAlpha: z.number().gt(0).lt(0.1).default(0.001).describe('p-value below which a sample-ratio mismatch fails'),
    multipleExposureShare: z.number().gt(0).lte(1).default(0.01).describe('share of units seen in several arms above which the check fails'),
    lateHours: z.number().gt(0).default(48).describe('a fact table whose newest event lags the analysis time by more than this is called late'),
    plausibleLift: z.number().gt(0).optional().describe('standard deviation of true lifts, a fraction, beyond which a lift is called implausible; absent: 0.1'),
  }).prefault({}),
  seed: z.number().int().gte(0).lte(4_294_967_295).default(1),
}).superRefine((plan, context) => {
  for (const issue of planIssues(plan)) context.addIssue({ code: 'custom', ...issue });
});
export type Plan = z.output<typeof planSchema>;
export type PlanInput = z.input<typeof planSchema>;

export interface PlanIssue { readonly message: string; readonly path: (string | number)[] }
type Draft = z.output<typeof planSchema>;

/** What the shape of a plan cannot say: names that must exist, weights that must sum to one, windows that need times. */
function* planIssues(plan: Draft): Generator<PlanIssue> {
  yield* armIssues(plan);
  yield* designIssues(plan);
  yield* duplicateIssues('metrics', plan.metrics.map((m) => m.name));
  yield* duplicateIssues('facts', plan.facts.map((f) => f.name));
  yield* duplicateIssues('segments', plan.segments.map((s) => s.name));
  yield* metricIssues(plan);
  yield* decisionIssues(plan);
  yield* heterogeneityIssues(plan);
  for (const [i, s] of plan.segments.entries()) {
    if (!plan.exposures.attributes.includes(s.column)) yield { message: `segment ${s.name} uses ${s.column}, which is not among exposures.attributes (${plan.exposures.attributes.join(', ') || 'none'})`, path: ['segments', i, 'column'] };
  }
}

/** Shares are typed by people: 0.3333 three times is one third, 0.33 is not. */
const WEIGHT_TOLERANCE = 1e-3;

function* armIssues({ arms }: Draft): Generator<PlanIssue> {
  yield* duplicateIssues('arms', arms.map((a) => a.name));
  const total = arms.reduce((sum, arm) => sum + arm.weight, 0);
  if (Math.abs(total - 1) > WEIGHT_TOLERANCE) yield { message: `weights of the arms must sum to 1; they sum to ${Number(total.toFixed(6))}`, path: ['arms'] };
  const controls = arms.filter((arm) => arm.control).length;
  if (controls !== 1) yield { message: `exactly one arm must be the control; ${controls} are`, path: ['arms'] };
}

function* duplicateIssues(list: string, names: readonly string[]): Generator<PlanIssue> {
  for (const [i, name] of names.entries()) if (names.indexOf(name) < i) yield { message: `${name} appears twice in ${list}`, path: [list, i, 'name'] };
}

/** Fact tables that a metric reads. */
export function factsOf(metric: Plan['metrics'][number]): readonly string[] {
  switch (metric.kind) {
    case 'ratio': return [...new Set([metric.numerator.fact, metric.denominator.fact])];
    case 'expression': return [...new Set(Object.values(metric.components).map((c) => c.fact))];
    case 'funnel': return [...new Set(metric.steps.map((s) => s.fact))];
    default: return [metric.fact];
  }
}

function* metricIssues(plan: Draft): Generator<PlanIssue> {
  const facts = new Map(plan.facts.map((fact) => [fact.name, fact]));
  for (const [i, metric] of plan.metrics.entries()) {
    const path = ['metrics', i];
    for (const name of factsOf(metric)) {
      const fact = facts.get(name);
      if (!fact) yield { message: `metric ${metric.name} reads fact ${name}, which the plan does not have (${[...facts.keys()].join(', ') || 'it has none'})`, path };
      const timed = metric.window !== undefined || metric.kind === 'funnel' || (covariateOf(metric)?.pre !== undefined);
      if (fact && timed && !fact.time) yield { message: `metric ${metric.name} needs event times, and fact ${name} has no time column`, path };
      if (fact && timed && !plan.exposures.time) yield { message: `metric ${metric.name} needs exposure times, and exposures have no time column`, path };
    }
    for (const column of covariateOf(metric)?.columns ?? []) {
      if (!plan.exposures.attributes.includes(column)) yield { message: `metric ${metric.name} adjusts for ${column}, which is not among exposures.attributes`, path: [...path, 'covariate'] };
    }
    if (metric.kind === 'expression' && Object.keys(metric.components).length === 0) yield { message: `metric ${metric.name} has no components`, path: [...path, 'components'] };
  }
}

/** Attributes that say who took an encouragement up. */
export const uptakeColumns = ({ design }: Pick<Plan, 'design'>): string[] =>
  (design?.kind === 'encouragement' && 'column' in design.uptake ? [design.uptake.column] : []);

/** The covariate of a metric, of any form, with what it reads; undefined when it has none or cannot have one. */
export function covariateOf(metric: Plan['metrics'][number]): { readonly pre?: string; readonly columns?: readonly string[]; readonly cupac?: Cupac } | undefined {
  if (!('covariate' in metric) || !metric.covariate) return undefined;
  if (!('cupac' in metric.covariate)) return metric.covariate;
  const { cupac } = metric.covariate;
  return { columns: cupac.columns, ...(cupac.pre !== undefined && { pre: cupac.pre }), cupac };
}

function* decisionIssues(plan: Draft): Generator<PlanIssue> {
  const names = plan.metrics.map((m) => m.name);
  for (const list of ['goals', 'guardrails'] as const) {
    for (const [i, clause] of plan.decision[list].entries()) {
      if (!names.includes(clause.metric)) yield { message: `${list} name ${clause.metric}, which is not a metric of the plan (${names.join(', ')})`, path: ['decision', list, i, 'metric'] };
    }
  }
  if (corrections[plan.correction].reads === 'e_values' && !methodOf(plan.inference).eValue) {
    yield { message: `correction ${plan.correction} reads e-values, and inference ${plan.inference.method} has none: plan one that has (confidence_sequence, mixture_sprt, hybrid, anytime_exact), or another correction`, path: ['correction'] };
  }
  yield* inferenceIssues(plan);
  if (plan.decision.rule) yield* ruleIssues(plan);
  const goals = new Set(plan.decision.goals.map((g) => g.metric));
  for (const [i, g] of plan.decision.guardrails.entries()) if (goals.has(g.metric)) yield { message: `${g.metric} is a goal and a guardrail; it can be one of them`, path: ['decision', 'guardrails', i, 'metric'] };
}

function* ruleIssues({ decision }: Draft): Generator<PlanIssue> {
  const { power, falseAlarms, detect } = decision.rule!;
  if (power + falseAlarms >= 1) yield { message: `falseAlarms must be below 1 - power; got ${falseAlarms} and ${power}`, path: ['decision', 'rule', 'falseAlarms'] };
  for (const [i, goal] of decision.goals.entries()) if (goal.claim !== 'superiority') yield { message: `the risk-aware rule takes goals of superiority; ${goal.metric} is a goal of ${goal.claim}: make it a guardrail`, path: ['decision', 'goals', i, 'claim'] };
  for (const name of Object.keys(detect ?? {})) if (!decision.goals.some(({ metric }) => metric === name)) yield { message: `detect names ${name}, which is not a goal`, path: ['decision', 'rule', 'detect'] };
}

export const controlArm = (plan: Plan): Arm => plan.arms.find((arm) => arm.control)!;
export const treatmentArms = (plan: Plan): Arm[] => plan.arms.filter((arm) => !arm.control);
