import { cellContrasts } from '../experiment/compare/cell-contrasts.js';
import { metricOutcomes, type MetricOutcome } from '../experiment/compare/metric-outcomes.js';
import { metricSchema, type MetricKind } from '../experiment/metric.js';
import type { Plan } from '../experiment/plan.js';
import type { Cell } from '../experiment/summaries.js';
import type { Effect } from '../stats/effects/effect.js';
import { fixed } from '../stats/inference/fixed.js';
import { isRefusal, type Refusal } from '../stats/refusal.js';
import { answered, truthOf, type ArmColumns, type TwoArmProcess } from '../stats/simulate/two-arm-truth.js';
import { momentsOf, type Moments } from '../stats/summaries/moments.js';
import type { QuantileSummary } from '../stats/summaries/quantiles.js';
import { ALPHA, COVERAGE, REPLICATES, type Row } from './row.js';

/** What a plan may do to the variance of a metric; a kind allows those that its schema has. */
export const reductions = ['plain', 'covariate', 'covariates', 'cap', 'winsorise'] as const;
export type Reduction = (typeof reductions)[number];

/** Pairs of metric kind and variance reduction that plans allow, as their schema says. */
export const allowedPairs: readonly string[] = metricSchema.options.flatMap(({ shape }) =>
  reductions.filter((reduction) => reduction === 'plain' || (reduction.startsWith('covariate') ? 'covariate' in shape : reduction in shape))
    .map((reduction) => `metric:${shape.kind.value}:${reduction}`));

export interface CoverageCase<Arm> {
  readonly kind: MetricKind;
  readonly reduction: Reduction;
  /** estimators that are the same functions */
  readonly estimators?: readonly string[];
  readonly process: TwoArmProcess<Arm>;
  readonly brief: number;
  /** false: shown for the sizes at which coverage is not yet what it should be */
  readonly isGated?: boolean;
}

/** Of kind expression. */
export const EXPRESSION = 'log(revenue / visits)';

type Arm = ArmColumns | Moments | QuantileSummary;

/** Coverage of the intervals of difference and lift of a plan's metric, fixed horizon. */
export function coverageRow<A extends Arm>({ kind, reduction, estimators = [], process, brief, isGated = true }: CoverageCase<A>): Row {
  const gate = isGated ? COVERAGE : { least: null, most: null };
  return {
    group: 'coverage', name: `${kind}, ${reduction}: ${process.words}`, replicates: REPLICATES, brief,
    covers: isGated ? ['inference:fixed', `metric:${kind}:${reduction}`, ...estimators.map((name) => `estimator:${name}`)] : [],
    async prepare() {
      const outcome = await outcomeOf(kind);
      const truth = truthOf(process);
      return {
        // a refusal covers nothing; at the sizes that are gated there is none
        figures: [{ name: 'difference', ...gate }, { name: 'lift', ...gate }, { name: 'refused', least: null, most: isGated ? 0 : null }],
        replicate(random) {
          const [control, treatment] = process.draw(random).map(summaryOf) as [Cell['summary'], Cell['summary']];
          const columns = control.kind === 'moments' ? control.columns : ['y'];
          const names = { outcomes: columns.filter((name) => !name.startsWith('x:')), covariates: columns.filter((name) => name.startsWith('x:')) };
          const contrast = answered(cellContrasts(names, outcome, control, [treatment])[0]!);
          const effects = [contrast.difference, contrast.lift];
          const isCovered = (effect: Effect | Refusal, value: number): number => Number(!isRefusal(effect) && covers(effect, value));
          return [isCovered(contrast.difference, truth.difference), isCovered(contrast.lift, truth.lift), Number(effects.some(isRefusal))];
        },
      };
    },
  };
}

/** Whether the fixed-horizon interval of an effect holds the truth. */
export function covers(effect: Effect, truth: number): boolean {
  const set = fixed.interval(effect, ALPHA, 'two_sided', {});
  const between = (set.lower ?? -Infinity) <= truth && truth <= (set.upper ?? Infinity);
  return set.shape === 'complement' ? truth <= set.lower! || truth >= set.upper! : between;
}

function summaryOf(arm: Arm): Cell['summary'] {
  if ('probability' in arm) return { kind: 'quantile', ...arm as QuantileSummary };
  const moments = 'scatter' in arm ? arm as Moments : momentsOf(arm as Record<string, Float64Array>);
  return { kind: 'moments', ...moments } as Cell['summary'];
}

const events = { fact: 'events', value: 'amount' } as const;
const component = { fact: 'events', aggregate: 'count' } as const;

/** A metric of each kind, as a plan would state it. */
const METRICS: { readonly [K in MetricKind]: object } = {
  mean: events, proportion: events, count_distinct: events,
  count: { fact: 'events' }, retention: { fact: 'events', window: '7d..14d' },
  quantile: { ...events, probability: 0.5 },
  ratio: { numerator: component, denominator: component },
  expression: { expression: EXPRESSION, components: { revenue: component, visits: component } },
  funnel: { steps: [{ fact: 'events' }, { fact: 'orders' }] },
};

async function outcomeOf(kind: MetricKind): Promise<MetricOutcome> {
  const metric = metricSchema.parse({ name: 'y', kind, ...METRICS[kind] });
  return (await metricOutcomes({ metrics: [metric] } as unknown as Plan)).get('y')!;
}
