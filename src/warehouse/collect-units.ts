import { forestTask, type ForestTask } from '../experiment/heterogeneity/forest-plan.js';
import type { UnitCovariate, UnitRows } from '../experiment/heterogeneity/unit-rows.js';
import type { Inputs } from './inputs.js';
import type { MetricContext } from './metric-summaries.js';
import { SAMPLE } from './queries/names.js';
import { countUnits, outcomeNames, sampledUnits, sampleRows } from './queries/unit-rows.js';
import { numberOf, numberOrNull, type Row, type Session } from './session.js';
import type { UnitFrame } from './unit-frame.js';

/** Rows that come back at a time, so that only columns of numbers are ever held whole. */
const ROWS_AT_ONCE = 20_000;

/** A covariate, the column of the sample that holds it, and what that is over the frame. */
interface Source { readonly name: string; readonly column: string; readonly sql: string; readonly isText: boolean }

/** The units that a causal forest is grown from, in the order of a hash of each; undefined: the plan has no forest. */
export async function collectUnits(session: Session, { plan, inputs }: MetricContext, frame: UnitFrame): Promise<UnitRows | undefined> {
  const task = forestTask(plan);
  if (!task) return undefined;
  const wanted = {
    metric: frame.metrics.find(({ of }) => of.metric.name === task.metric)!,
    control: plan.arms.findIndex(({ control }) => control), treatment: plan.arms.findIndex(({ name }) => name === task.arm),
  };
  const sources = sourcesOf(task, inputs, frame);
  const [counted] = await session.rows('units for the forest', countUnits(wanted));
  const available = numberOf(counted!, 'units');
  const n = Math.min(available, task.units);
  await session.keep('units that the forest reads', SAMPLE, sampledUnits(session.dialect, wanted, new Map(sources.map(({ column, sql }) => [column, sql])), task.units));
  const names = outcomeNames(wanted.metric);
  const outcomes = names.map(() => new Float64Array(n));
  const treated = new Float64Array(n);
  const numbers = sources.map(({ isText }) => (isText ? null : new Float64Array(n)));
  const texts = sources.map(({ isText }) => (isText ? new Array<string | null>(n).fill(null) : null));
  for (let from = 0; from < n; from += ROWS_AT_ONCE) {
    const rows = await session.rows('rows of those units', sampleRows(from, from + ROWS_AT_ONCE));
    rows.forEach((row, i) => {
      names.forEach((name, j) => { outcomes[j]![from + i] = numberOf(row, name); });
      treated[from + i] = numberOf(row, 'treated');
      sources.forEach(({ column }, j) => {
        if (numbers[j]) numbers[j][from + i] = finiteOrMissing(row, column);
        else texts[j]![from + i] = row[column] === null ? null : String(row[column]);
      });
    });
  }
  return { available, outcomes, treated, covariates: sources.map(({ name }, j): UnitCovariate => (numbers[j] ? { name, values: numbers[j], levels: null } : { name, ...coded(texts[j]!) })) };
}

/** Where each covariate stands in the table of unit columns. */
function sourcesOf(task: ForestTask, inputs: Inputs, frame: UnitFrame): Source[] {
  const attribute = (name: string): Pick<Source, 'column' | 'isText'> => (inputs.labels.includes(name) ? { column: labelColumn(inputs, name), isText: true } : { column: covariateColumn(inputs, name), isText: false });
  const before = (metric: string): string => {
    const { columns } = frame.metrics.find(({ of }) => of.metric.name === metric)!;
    return columns.find(({ of }) => of.role === 'covariate' && of.expression.form !== 'attribute')!.column.raw;
  };
  return [
    ...task.covariates.map((name) => ({ name, ...attribute(name), sql: attribute(name).column })),
    ...task.before.map((metric, i) => ({ name: `${metric} before`, column: `before${i}`, sql: before(metric), isText: false })),
  ];
}

/** Names under which attributes are carried along. */
export const covariateColumn = ({ covariates }: Inputs, name: string): string => `h${covariates.indexOf(name)}`;
export const labelColumn = ({ labels }: Inputs, name: string): string => `l${labels.indexOf(name)}`;

function finiteOrMissing(row: Row, column: string): number {
  const value = numberOrNull(row, column);
  return value === null || !Number.isFinite(value) ? NaN : value;
}

function coded(texts: readonly (string | null)[]): { readonly values: Float64Array; readonly levels: string[] } {
  const levels = [...new Set(texts.filter((text) => text !== null))].sort((a, b) => (a < b ? -1 : 1));
  const codes = new Map(levels.map((level, code) => [level, code]));
  return { values: Float64Array.from(texts, (text) => (text === null ? NaN : codes.get(text)!)), levels };
}
