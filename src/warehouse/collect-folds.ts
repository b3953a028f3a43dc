import { dimensionsOf, searchedMetrics } from '../experiment/heterogeneity/heterogeneity.js';
import { NO_VALUE, type FoldSummary } from '../experiment/summaries.js';
import { momentsOfSums, momentsSummary } from './cell-moments.js';
import type { MetricContext } from './metric-summaries.js';
import { attributeQuantiles, binOf, foldMoments, type PartColumn } from './queries/fold-moments.js';
import type { Centre } from './queries/moment-sums.js';
import { VALUES } from './queries/names.js';
import { numberOf, type Row, type Session } from './session.js';
import type { UnitFrame } from './unit-frame.js';
import { DataError } from './warehouse.js';

/** More values make more parts than anybody has units for. */
const MOST_VALUES = 20;

/** A dimension as it is grouped by: its column, and what its values are called. */
interface Part extends PartColumn { readonly title: string; readonly labelOf: (value: string) => string }

/** Moments of the searched metrics in each half of the units, by the value of each attribute and pair of attributes; undefined: nothing is searched. */
export async function collectFolds(session: Session, context: MetricContext, frame: UnitFrame, centres: ReadonlyMap<string, Centre>): Promise<FoldSummary[] | undefined> {
  const { plan } = context;
  if (!plan.heterogeneity || dimensionsOf(plan).length === 0) return undefined;
  const wanted = new Set(searchedMetrics(plan));
  const searched: UnitFrame = { ...frame, metrics: frame.metrics.filter(({ of: { metric } }) => wanted.has(metric.name)) };
  if (searched.metrics.length === 0) return [];
  const parts = await partsOf(session, context);
  const rows = await session.rows('moments by arm, half and part', foldMoments(session.dialect, searched, centres, parts, plan.segments.length, plan.heterogeneity.depth));
  return searched.metrics.map((metric) => ({
    metric: metric.of.metric.name,
    cells: rows.flatMap((row) => {
      const { moments } = momentsOfSums(row, metric, centres);
      return moments.n === 0 ? [] : [{ arm: plan.arms[numberOf(row, 'arm')]!.name, fold: numberOf(row, 'fold'), parts: partsIn(row, parts), summary: momentsSummary(moments) }];
    }),
  }));
}

async function partsOf(session: Session, { plan, inputs, cells }: MetricContext): Promise<Part[]> {
  const d = session.dialect;
  const { bins, numeric } = plan.heterogeneity!;
  const nameOf = (column: string): string => `h${inputs.covariates.indexOf(column)}`;
  const probabilities = Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);
  const [quantiles] = numeric.length === 0 ? [{} as Row] : await session.rows('quantiles of attributes', attributeQuantiles(d, numeric.map(nameOf), probabilities, VALUES));
  return dimensionsOf(plan).map((dimension, i): Part => {
    if ('segment' in dimension) {
      const values = new Set(cells.cells.map(({ segments }) => segments[dimension.segment])).size;
      if (values > MOST_VALUES) throw new DataError(`heterogeneity can search at most ${MOST_VALUES} values of a segment, and ${dimension.name} has ${values}; name other segments, or a coarser column`, 'heterogeneity.segments');
      return { name: `p${i}`, title: dimension.name, sql: `s${dimension.segment}`, labelOf: (value) => value };
    }
    const found = (quantiles![nameOf(dimension.column)] as readonly (number | null)[] | null) ?? [];
    const edges = [...new Set(found.filter((edge) => edge !== null).map(Number))];
    return { name: `p${i}`, title: dimension.name, sql: binOf(d, nameOf(dimension.column), edges), labelOf: (value) => binLabel(value, edges) };
  });
}

function binLabel(value: string, edges: readonly number[]): string {
  if (value === NO_VALUE) return value;
  const bin = Number(value);
  const text = (edge: number): string => String(Number(edge.toPrecision(6)));
  if (edges.length === 0) return 'any value';
  if (bin === 0) return `below ${text(edges[0]!)}`;
  return bin === edges.length ? `${text(edges.at(-1)!)} and above` : `${text(edges[bin - 1]!)} to ${text(edges[bin]!)}`;
}

/** The attributes that a row of the grouping sets has, and their values. */
function partsIn(row: Row, parts: readonly Part[]): { name: string; value: string }[] {
  const missing = numberOf(row, 'grouping_set');
  return parts.filter((_, i) => (missing & (1 << (parts.length - 1 - i))) === 0)
    .map(({ name, title, labelOf }) => ({ name: title, value: labelOf(String(row[name])) }));
}
