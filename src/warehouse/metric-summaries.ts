import type { Plan } from '../experiment/plan.js';
import { forestTask } from '../experiment/heterogeneity/forest-plan.js';
import type { UnitRows } from '../experiment/heterogeneity/unit-rows.js';
import type { Cell, GroupSummary, MetricSummary, Summaries } from '../experiment/summaries.js';
import { areUnitsIndependent } from '../experiment/design/independence.js';
import { momentsSummary } from './cell-moments.js';
import type { Inputs } from './inputs.js';
import { GROUP } from './lowered-design.js';
import { collectFarthest } from './collect-farthest.js';
import { collectFolds } from './collect-folds.js';
import { collectMoments, type ArmMoments } from './collect-moments.js';
import { collectQuantiles } from './collect-quantiles.js';
import { collectUnits, covariateColumn, labelColumn } from './collect-units.js';
import { pooled, quantileBounds } from './queries/pooled.js';
import { foldCounts, foldName, withPredictions } from './predictions.js';
import { cupacFoldOf, foldOf } from './queries/fold-moments.js';
import type { Centre } from './queries/moment-sums.js';
import { VALUES } from './queries/names.js';
import { UNIT_HASH, unitHash } from './queries/unit-rows.js';
import { unitValues } from './queries/unit-values.js';
import type { FoundCells } from './read-cells.js';
import type { Scan } from './scans.js';
import { numberOf, type Row, type Session } from './session.js';
import { clamp, unitFrame, type UnitFrame } from './unit-frame.js';
import type { Limits, MetricColumns, UnitColumn } from './unit-columns.js';
import { DataError } from './warehouse.js';

export interface MetricContext {
  readonly plan: Plan;
  readonly inputs: Inputs;
  readonly scans: readonly Scan[];
  readonly metrics: readonly MetricColumns[];
  readonly cells: FoundCells;
  /** microseconds */
  readonly asOf: number | null;
  readonly isTimed: boolean;
  /** units analysed */
  readonly units: number;
}

/** Every metric of the plan as centred moments or quantiles by arm and segment, and by day of first exposure. */
export async function metricSummaries(session: Session, context: MetricContext, report: (message: string) => void): Promise<Pick<Summaries, 'metrics' | 'folds'> & { readonly units?: UnitRows }> {
  const read = await boundedFrame(session, context);
  const found = await centresOf(session, read);
  refuseMissingAttributes(read, found.totals);
  const { frame, models } = await withPredictions(session, context.plan, read, found.centres);
  const { totals, centres } = frame === read ? found : await centresOf(session, frame);
  report('summarising metrics');
  const moments = await collectMoments(session, context, frame, centres);
  const farthest = areUnitsIndependent(context.plan) ? await collectFarthest(session, context, frame, centres) : frame.metrics.map(() => []);
  const quantiles = await collectQuantiles(session, context, frame, moments.unitsOf);
  const folds = await collectFolds(session, context, frame, centres);
  const metrics = frame.metrics.map((metric, i) => {
    const columns = metric.columns.map(({ of }) => of);
    const cupac = models.get(metric.of.metric.name);
    const isQuantile = metric.of.metric.kind === 'quantile';
    return {
      metric: metric.of.metric.name,
      outcomes: columns.filter(({ role }) => role === 'outcome').map(({ name }) => name),
      covariates: columns.filter(({ role }) => role === 'covariate').map(({ name }) => name),
      cells: isQuantile ? quantiles.get(i) ?? [] : moments.cells[i]!.filter(({ segment }) => segment?.name !== GROUP).map(({ arm, segment, moments: of }): Cell => ({ arm, segment, summary: momentsSummary(of) })),
      ...(isQuantile ? {} : groupsOf(context.plan, moments.cells[i]!)),
      days: isQuantile || !areUnitsIndependent(context.plan) ? [] : moments.days[i]!.map(({ day, arm, moments: of }) => ({ day, arm, summary: momentsSummary(of) })),
      ...(farthest[i]!.length > 0 && { farthest: [...farthest[i]!] }),
      ...(cupac && { cupac }),
      bounds: metric.columns.flatMap(({ of, column: { limits } }) =>
        (of.role === 'covariate' || (limits.lower === undefined && limits.upper === undefined) ? []
          : [{ column: of.name, lower: limits.lower ?? null, upper: limits.upper ?? null }])),
      immature: metric.mature === undefined ? 0 : context.units - numberOf(totals, `n_${metric.mature}`),
    };
  });
  const units = await collectUnits(session, context, read);
  return { metrics, ...(folds && { folds }), ...(units && { units }) };
}

/** Of every column its mean over all arms, and where to take squares about. */
async function centresOf(session: Session, frame: UnitFrame): Promise<{ readonly totals: Row; readonly centres: ReadonlyMap<string, Centre> }> {
  const [totals] = await session.rows('columns over all arms', pooled(frame));
  return { totals: totals!, centres: new Map(frame.columns.map(({ name }) => [name, centreOf(numberOf(totals!, `mean_${name}`), numberOf(totals!, `square_${name}`))])) };
}

/** The groups of the design in the order in which they were found. Only strata are read for their scatter. */
function groupsOf(plan: Plan, cells: readonly ArmMoments[]): Pick<MetricSummary, 'groups'> {
  if (!plan.segments.some(({ name }) => name === GROUP)) return {};
  return {
    groups: cells.filter(({ segment }) => segment?.name === GROUP).map(({ arm, segment, moments }): GroupSummary => {
      const { n, mean, scatter } = momentsSummary(moments);
      return { arm, group: segment!.value, n, mean, ...(plan.design?.kind === 'stratified' && { scatter }) };
    }),
  };
}

/** Above this square of mean over standard deviation, squares are taken around the mean; below it they lose under 3 digits. */
const FAR_FROM_ZERO = 100;

/** Zero where it can be: sums of whole numbers are then exact. */
function centreOf(mean: number, square: number): Centre {
  const variance = square - mean * mean;
  return { mean, shift: mean * mean > FAR_FROM_ZERO * variance ? mean : 0 };
}

/** The frame with winsorising bounds found: quantiles of the capped column over the units of all arms. */
async function boundedFrame(session: Session, { plan, inputs, scans, metrics, asOf, isTimed }: MetricContext): Promise<UnitFrame> {
  const d = session.dialect;
  const expressions = metrics.flatMap(({ columns }) => columns.map(({ expression }) => expression));
  const values = unitValues(d, scans, inputs.covariates, expressions, isTimed && plan.exposures.time !== undefined);
  const forest = forestTask(plan);
  const attributes = new Set([...plan.heterogeneity?.numeric ?? [], ...(forest?.covariates ?? []).filter((column) => !inputs.labels.includes(column))]);
  const carried = [
    ...(plan.heterogeneity ? [{ sql: foldOf(d, plan.seed, 'u.unit'), name: 'fold' }] : []),
    ...[...attributes].map((column) => ({ sql: `u.x${inputs.covariates.indexOf(column)}`, name: covariateColumn(inputs, column) })),
    ...inputs.labels.map((column, i) => ({ sql: `u.l${i}`, name: labelColumn(inputs, column) })),
    ...(forest ? [{ sql: unitHash(d, plan.seed, 'u.unit'), name: UNIT_HASH }] : []),
    ...foldCounts(plan).map((folds) => ({ sql: cupacFoldOf(d, plan.seed, 'u.unit', folds), name: foldName(folds) })),
  ];
  const wanted = new Map<string, { name: string; column: string; counts: string; probabilities: number[] }>();
  const keyOf = (column: UnitColumn, raw: string, counts: string) => JSON.stringify([raw, counts, column.cap ?? null, column.winsorise ?? null]);
  const asked = unitFrame(d, metrics, values, asOf, (column, raw, counts) => {
    const key = keyOf(column, raw, counts);
    const probabilities = [column.winsorise?.lower, column.winsorise?.upper].filter((p) => p !== undefined);
    if (probabilities.length && !wanted.has(key)) wanted.set(key, { name: `b${wanted.size}`, column: clamp(d, raw, column.cap ?? {}), counts, probabilities });
    return column.cap ?? {};
  }, carried);
  await session.keep('columns of all metrics over units', VALUES, asked.raw);
  if (wanted.size === 0) return asked;
  const [row] = await session.rows('bounds for winsorising', quantileBounds(d, [...wanted.values()]));
  return unitFrame(d, metrics, values, asOf, (column, raw, counts) => {
    const found = wanted.get(keyOf(column, raw, counts));
    return found ? tighter(column, row![found.name] as readonly number[] | null) : column.cap ?? {};
  }, carried);
}

function tighter({ cap, winsorise }: UnitColumn, quantiles: readonly number[] | null): Limits {
  if (!quantiles) return cap ?? {};
  const found = quantiles.map(Number);
  return {
    lower: winsorise?.lower === undefined ? cap?.lower : found[0],
    upper: winsorise?.upper === undefined ? cap?.upper : found.at(-1),
  };
}

function refuseMissingAttributes(frame: UnitFrame, totals: Row): void {
  for (const { of, columns } of frame.metrics) {
    for (const { of: unitColumn, column } of columns) {
      if (unitColumn.expression.form !== 'attribute') continue;
      const missing = numberOf(totals, `n_${column.counts}`) - numberOf(totals, `n_${column.name}`);
      if (missing > 0) {
        throw new DataError(`metric ${of.metric.name} ${unitColumn.role === 'outcome' ? 'reads' : 'adjusts for'} "${unitColumn.expression.column}", which has no value for ${missing} units at their first exposure; fill it in or ${unitColumn.role === 'outcome' ? 'read' : 'adjust for'} another column`, 'exposures.attributes');
      }
    }
  }
}
