import { stops, type Comparison, type EffectEstimate } from '../experiment/analysis.js';
import { centreOf, goodSign } from '../experiment/decide/benefit.js';
import { describeSet } from '../experiment/decide/clause.js';
import { formatChance, formatCount, formatDifference, formatEValue, formatLift, formatP, formatPValue, formatShare, formatValue } from '../experiment/format.js';
import { marginOf } from '../experiment/margin.js';
import type { Metric } from '../experiment/metric.js';
import { plannedContrasts } from '../experiment/design/contrasts.js';
import { isOneSided, mustStopForFutility } from '../experiment/inference.js';
import type { Plan } from '../experiment/plan.js';
import type { ConfidenceSet } from '../stats/inference/inference.js';
import type { Refusal } from '../stats/refusal.js';

/** One metric in one arm (and one segment value), as numbers for a chart and as text for a table. */
export interface EffectRow {
  readonly metric: string;
  readonly role: Comparison['role'];
  readonly arm: string;
  /** several treatment arms: the arm must be named with the metric */
  readonly isArmNeeded: boolean;
  readonly segmentValue: string | null;
  readonly better: 'increase' | 'decrease';
  /** largest loss that is acceptable, a fraction; null where the rule sets none */
  readonly margin: number | null;
  /** `margin 5%`, `margin ±5%` of equivalence; null where the rule sets none */
  readonly marginText: string | null;
  readonly control: string;
  readonly treatment: string;
  readonly units: string;
  readonly difference: string;
  readonly lift: string;
  readonly interval: string;
  readonly pValue: string;
  readonly adjustedPValue: string | null;
  readonly method: string;
  readonly varianceReduction: string | null;
  /** of a method that says more than interval and p-value; null where it does not */
  readonly evidence: string | null;
  /** whether the interval that decides excludes no effect, and on which side */
  readonly finding: 'good' | 'bad' | 'none';
  readonly estimate: EffectEstimate | null;
  /** why the lift cannot be said */
  readonly refusal: Refusal | null;
}

/** One row a comparison, in the order of the plan's metrics, so that the arms of a metric stand together. */
export function effectRows(plan: Plan, comparisons: readonly Comparison[]): EffectRow[] {
  const isArmNeeded = plannedContrasts(plan).length > 1;
  const metrics = new Map(plan.metrics.map((metric, place) => [metric.name, { metric, place }]));
  return [...comparisons].sort((a, b) => metrics.get(a.metric)!.place - metrics.get(b.metric)!.place)
    .map((row) => effectRow(plan, metrics.get(row.metric)!.metric, row, isArmNeeded));
}

function effectRow(plan: Plan, metric: Metric, row: Comparison, isArmNeeded: boolean): EffectRow {
  const margin = marginOf(plan, metric.name);
  const lift = row.lift.status === 'estimated' ? row.lift : null;
  const tested = lift ?? (row.difference.status === 'estimated' ? row.difference : null);
  const evidenceAgainst = (effect: EffectEstimate, pValue: number) => (effect.posterior ? formatChance(pValue / 2) : formatPValue(pValue, plan.decision.alpha));
  const valueOf = (value: number | null) => (value === null ? '—' : metric.kind === 'proportion' || metric.kind === 'retention' || metric.kind === 'funnel' ? formatShare(value) : formatValue(value, metric.unit));
  return {
    metric: metric.name, role: row.role, arm: row.treatment.arm, isArmNeeded,
    segmentValue: row.segment?.value ?? null,
    better: metric.direction,
    margin,
    marginText: margin === null ? null : `margin ${isEitherWay(plan, metric.name) ? '±' : ''}${formatShare(margin)}`,
    control: valueOf(row.control.value),
    treatment: valueOf(row.treatment.value),
    units: `${formatCount(row.control.n)} and ${formatCount(row.treatment.n)}`,
    difference: row.difference.status === 'estimated' ? differenceText(metric, row.difference.estimate) : '—',
    lift: lift ? formatLift(lift.estimate) : '—',
    interval: lift ? rangeText(lift.interval) : '—',
    pValue: tested ? evidenceAgainst(tested, tested.pValue) : '—',
    adjustedPValue: tested && tested.adjustedPValue !== null ? evidenceAgainst(tested, tested.adjustedPValue) : null,
    method: row.method,
    varianceReduction: row.adjustment ? formatShare(row.adjustment.varianceReduction) : null,
    evidence: lift ? evidenceText(plan, lift) : null,
    finding: tested ? findingOf(metric, tested, plan.decision.alpha) : 'none',
    estimate: lift,
    refusal: row.lift.status === 'refused' ? row.lift : null,
  };
}

const isEitherWay = ({ decision }: Plan, metric: string): boolean =>
  decision.goals.some((goal) => goal.metric === metric && goal.claim === 'equivalence');

const differenceText = (metric: Metric, difference: number): string =>
  (metric.kind === 'proportion' || metric.kind === 'retention' || metric.kind === 'funnel' ? `${formatLift(difference).replace('%', '')} pp` : formatDifference(difference, metric.unit));

/** `+0.4% to +3.2%`, or what a set that is not an interval holds. */
const rangeText = (set: ConfidenceSet): string => describeSet(set, formatLift).replace(/^(interval|confidence set) /, '');

function findingOf(metric: Metric, effect: EffectEstimate, alpha: number): EffectRow['finding'] {
  if ((effect.adjustedPValue ?? effect.pValue) >= alpha) return 'none';
  return centreOf(effect) * goodSign(metric) > 0 ? 'good' : 'bad';
}

/** What a method says beyond interval and p-value; null where it says nothing more. */
function evidenceText(plan: Plan, { eValue, posterior, stopping }: EffectEstimate): string | null {
  if (stopping) return stoppingText(plan, stopping);
  if (posterior) {
    const { chanceToBeat, expectedLoss, withinMargin } = posterior;
    return [
      `chance to be better ${formatChance(chanceToBeat)}`,
      `expected loss ${formatShare(expectedLoss.shipTreatment)} by shipping, ${formatShare(expectedLoss.keepControl)} by keeping`,
      ...(withinMargin === null ? [] : [`chance to be within the margin ${formatChance(withinMargin)}`]),
    ].join('; ');
  }
  return typeof eValue === 'number' ? `e-value ${formatEValue(eValue)}` : null;
}

const STOPS: Readonly<Record<(typeof stops)[number], string>> = {
  efficacy: 'stops, better', harm: 'stops, worse', futility: 'may stop for futility', end: 'ends with nothing shown',
};

function stoppingText(plan: Plan, { look, share, statistic, efficacy, futility, stop, stageWise }: NonNullable<EffectEstimate['stopping']>): string {
  const rounded = (z: number): string => formatValue(Number(z.toFixed(2)));
  return [
    `look ${look}, at ${formatShare(Number(share.toPrecision(3)))} of the plan: ${rounded(statistic)} standard errors towards better, boundary ${efficacy === null ? 'none' : `${isOneSided(plan) ? '' : '±'}${rounded(efficacy)}`}${futility === null ? '' : `, futility below ${rounded(futility)}`}`,
    stop === null ? 'goes on' : stop === 'futility' && mustStopForFutility(plan) ? 'stops for futility' : STOPS[stop],
    ...(stageWise === null ? [] : stageWise.status === 'refused' ? [stageWise.detail]
      : [`stage-wise: median-unbiased lift ${formatLift(stageWise.medianUnbiased)}, ${describeSet(stageWise.interval, formatLift)}, ${formatP(stageWise.pValue)}`]),
  ].join('; ');
}

export const ROLE_TITLES: Readonly<Record<EffectRow['role'], string>> = { goal: 'Goals', guardrail: 'Guardrails', other: 'Other metrics' };

/** Rows by role, goals first; roles without rows are left out. */
export const rowsByRole = (rows: readonly EffectRow[]): { readonly role: EffectRow['role']; readonly rows: readonly EffectRow[] }[] =>
  (['goal', 'guardrail', 'other'] as const).map((role) => ({ role, rows: rows.filter((row) => row.role === role) })).filter(({ rows }) => rows.length > 0);
