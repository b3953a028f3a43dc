import { z } from 'zod';
import { identifier } from '../vocabulary.js';

/** What a plan says of the causal forest that looks for whom the treatment helps most. */
export const forestPlanSchema = z.strictObject({
  metric: identifier.optional().describe('whose effect may differ between units, of any kind but quantiles; absent: the first goal. Of ratios and expressions first-order effects of units, which add up to that of the metric'),
  arm: z.string().min(1).optional().describe('compared with the control; absent: the only treatment arm'),
  covariates: z.array(z.string().min(1)).max(50).optional().describe('attributes of the exposures, numbers or text, that the effect may depend on; absent: all of them'),
  before: z.array(identifier).max(20).optional().describe('metrics with covariate.pre whose value before exposure is a covariate too; absent: all that have one'),
  units: z.number().int().gte(2000).lte(250_000).default(50_000).describe('most units that are read row by row; of more, a sample by a hash of the unit'),
  trees: z.number().int().gte(50).lte(5000).default(500).describe('trees of each causal forest'),
  cost: z.number().gte(0).default(0).describe('of treating one unit, in units of the metric: what a gain must exceed for the policy tree to treat'),
  depth: z.union([z.literal(1), z.literal(2)]).default(2).describe('questions that the policy tree asks of a unit, at most'),
}).meta({ id: 'EffectForestPlan', description: 'A causal forest that ranks units by what they gain, a test of that ranking, and a policy tree when it is worth something.' });
export type ForestPlan = z.output<typeof forestPlanSchema>;

interface Planned {
  readonly heterogeneity?: { readonly forest?: ForestPlan | undefined } | undefined;
  readonly exposures: { readonly attributes: readonly string[] };
  readonly arms: readonly { readonly name: string; readonly control: boolean }[];
  readonly metrics: readonly { readonly name: string; readonly kind: string; readonly covariate?: unknown }[];
  readonly decision: { readonly goals: readonly { readonly metric: string }[] };
}

/** What the forest of a plan reads, with what the plan left out filled in. */
export interface ForestTask extends ForestPlan {
  readonly metric: string;
  readonly arm: string;
  readonly covariates: string[];
  readonly before: string[];
}

/** Null: the plan asks for no forest, or is at fault. */
export function forestTask(plan: Planned): ForestTask | null {
  const forest = plan.heterogeneity?.forest;
  if (!forest) return null;
  const treatments = plan.arms.filter(({ control }) => !control);
  const metric = forest.metric ?? plan.decision.goals[0]?.metric;
  const arm = forest.arm ?? (treatments.length === 1 ? treatments[0]!.name : undefined);
  if (metric === undefined || arm === undefined) return null;
  return {
    ...forest, metric, arm,
    covariates: [...new Set(forest.covariates ?? plan.exposures.attributes)],
    before: [...new Set(forest.before ?? plan.metrics.filter(hasHistory).map(({ name }) => name))],
  };
}

/** Kinds of metrics that are one number a unit, whose mean is the metric. Ratios and expressions are linearised to one. */
const ONE_NUMBER: ReadonlySet<string> = new Set(['mean', 'count', 'count_distinct', 'proportion', 'retention', 'funnel']);

/** One number a unit, over a time before exposure too. */
const hasHistory = ({ kind, covariate }: Planned['metrics'][number]): boolean => ONE_NUMBER.has(kind) && typeof covariate === 'object' && covariate !== null
  && ('pre' in covariate || ('cupac' in covariate && typeof covariate.cupac === 'object' && covariate.cupac !== null && 'pre' in covariate.cupac && covariate.cupac.pre !== undefined));

/** Names that must exist, arms and metrics that a forest can compare. */
export function* forestIssues(plan: Planned): Generator<{ readonly message: string; readonly path: (string | number)[] }> {
  const forest = plan.heterogeneity?.forest;
  if (!forest) return;
  const at = (field: string) => ['heterogeneity', 'forest', field];
  const treatments = plan.arms.filter(({ control }) => !control).map(({ name }) => name);
  if (forest.arm === undefined && treatments.length > 1) yield { message: `heterogeneity.forest compares one arm with the control, and the plan has ${treatments.length}; name one in heterogeneity.forest.arm (${treatments.join(', ')})`, path: at('arm') };
  if (forest.arm !== undefined && !treatments.includes(forest.arm)) yield { message: `heterogeneity.forest names arm ${forest.arm}, which is not a treatment arm of the plan (${treatments.join(', ')})`, path: at('arm') };
  const name = forest.metric ?? plan.decision.goals[0]?.metric;
  const metric = plan.metrics.find((candidate) => candidate.name === name);
  if (forest.metric !== undefined && !metric) yield { message: `heterogeneity.forest names ${forest.metric}, which is not a metric of the plan`, path: at('metric') };
  if (metric?.kind === 'quantile') yield { message: `heterogeneity.forest cannot use ${metric.name}: effects of units on a quantile do not add up to that of all; name in heterogeneity.forest.metric the mean of the same value, or a proportion of units with an event beyond the bound that matters (where: [{ column, op: gt, value }])`, path: at('metric') };
  for (const column of forest.covariates ?? []) {
    if (!plan.exposures.attributes.includes(column)) yield { message: `heterogeneity.forest reads ${column}, which is not among exposures.attributes (${plan.exposures.attributes.join(', ') || 'none'})`, path: at('covariates') };
  }
  for (const past of forest.before ?? []) {
    const found = plan.metrics.find((candidate) => candidate.name === past);
    if (!found || !hasHistory(found)) yield { message: `heterogeneity.forest reads ${past} before exposure, which needs a metric of one number a unit with covariate.pre`, path: at('before') };
  }
  const task = forestTask(plan);
  if (task && task.covariates.length + task.before.length === 0) yield { message: 'heterogeneity.forest needs covariates: name attributes of the exposures, or give metrics a covariate.pre', path: at('covariates') };
}
