import { z } from 'zod';
import { identifier } from '../vocabulary.js';
import { forestIssues, forestPlanSchema } from './forest-plan.js';

/** What a plan says of the search for units whose effect differs. */
export const heterogeneitySchema = z.strictObject({
  metrics: z.array(identifier).min(1).max(10).optional().describe('metrics whose effects are searched; absent: the goals'),
  segments: z.array(identifier).max(8).optional().describe('segments of the plan whose values are searched; absent: all'),
  numeric: z.array(z.string().min(1)).max(8).default([]).describe('numeric attributes of the exposures, cut at their quantiles over all arms'),
  bins: z.number().int().gte(2).lte(10).default(4).describe('parts that a numeric attribute is cut into'),
  depth: z.union([z.literal(1), z.literal(2)]).default(2).describe('1: values of one attribute; 2: of pairs of attributes too'),
  fdr: z.number().gt(0).lt(0.5).default(0.1).describe('false discovery rate among the segments that are called different, over all metrics and arms together'),
  forest: forestPlanSchema.optional().describe('a causal forest and, when it finds something, a rule whom to treat; absent: none. Not part of the verdict'),
}).meta({ id: 'HeterogeneityPlan', description: 'Search for segments whose effect differs from that of all others, and a causal forest.' });
export type Heterogeneity = z.output<typeof heterogeneitySchema>;

/** An attribute that is searched: a segment of the plan by its index, or a numeric attribute. */
export type Dimension = { readonly name: string } & ({ readonly segment: number } | { readonly column: string });
/** More dimensions make more pairs than anybody has units for. */
export const MOST_DIMENSIONS = 8;

interface Planned {
  readonly heterogeneity?: Heterogeneity | undefined;
  readonly segments: readonly { readonly name: string }[];
  readonly exposures: { readonly attributes: readonly string[] };
  readonly arms: readonly { readonly name: string; readonly control: boolean }[];
  readonly metrics: readonly { readonly name: string; readonly kind: string; readonly covariate?: unknown }[];
  readonly decision: { readonly goals: readonly { readonly metric: string }[] };
}

export function dimensionsOf({ heterogeneity, segments }: Pick<Planned, 'heterogeneity' | 'segments'>): Dimension[] {
  if (!heterogeneity) return [];
  const wanted = heterogeneity.segments ?? segments.map(({ name }) => name);
  return [
    ...wanted.map((name) => ({ name, segment: segments.findIndex((segment) => segment.name === name) })),
    ...heterogeneity.numeric.map((column) => ({ name: column, column })),
  ];
}

export const searchedMetrics = ({ heterogeneity, decision, metrics }: Pick<Planned, 'heterogeneity' | 'decision' | 'metrics'>): string[] =>
  (heterogeneity ? heterogeneity.metrics ?? [...new Set(decision.goals.map(({ metric }) => metric))].filter((name) => metrics.find((metric) => metric.name === name)?.kind !== 'quantile') : []);

/** Names that must exist, and how much may be searched. */
export function* heterogeneityIssues(plan: Planned): Generator<{ readonly message: string; readonly path: (string | number)[] }> {
  const { heterogeneity } = plan;
  if (!heterogeneity) return;
  const at = (field: string) => ['heterogeneity', field];
  for (const name of heterogeneity.segments ?? []) {
    if (!plan.segments.some((segment) => segment.name === name)) yield { message: `heterogeneity names segment ${name}, which the plan does not have (${plan.segments.map((segment) => segment.name).join(', ') || 'none'})`, path: at('segments') };
  }
  for (const column of heterogeneity.numeric) {
    if (!plan.exposures.attributes.includes(column)) yield { message: `heterogeneity cuts ${column}, which is not among exposures.attributes (${plan.exposures.attributes.join(', ') || 'none'})`, path: at('numeric') };
  }
  for (const name of heterogeneity.metrics ?? []) {
    const metric = plan.metrics.find((candidate) => candidate.name === name);
    if (!metric) yield { message: `heterogeneity names ${name}, which is not a metric of the plan`, path: at('metrics') };
    if (metric?.kind === 'quantile') yield { message: `heterogeneity cannot search ${name}: quantiles of parts do not add up to those of the rest`, path: at('metrics') };
  }
  const dimensions = dimensionsOf(plan).length;
  if (dimensions === 0 && !heterogeneity.forest) yield { message: 'heterogeneity needs a segment or a numeric attribute to search, or a forest', path: ['heterogeneity'] };
  if (dimensions > MOST_DIMENSIONS) yield { message: `heterogeneity searches at most ${MOST_DIMENSIONS} attributes; got ${dimensions}`, path: ['heterogeneity'] };
  yield* forestIssues(plan);
}
