import type { Plan } from '../experiment/plan.js';
import type { UnitRows } from '../experiment/heterogeneity/unit-rows.js';
import type { Summaries } from '../experiment/summaries.js';
import { exposureSummary } from './exposure-summary.js';
import { lowered } from './lowered-design.js';
import { factSummary, type FactReading, type Faults } from './fact-summary.js';
import { readInputs, type Inputs } from './inputs.js';
import { metricSummaries } from './metric-summaries.js';
import { cells } from './queries/cells.js';
import { exposed } from './queries/exposed.js';
import { exposureRows, lateAttributes } from './queries/exposure-rows.js';
import { factReach } from './fact-reach.js';
import { factFaults, factTotals, factUnitFaults, floatColumns, tableTotals } from './queries/fact-totals.js';
import type { Reach } from './queries/fact-rows.js';
import { factUnits } from './queries/fact-units.js';
import { CELLS, EXPOSED, factUnits as factTable } from './queries/names.js';
import { cellCounts, unitCounts } from './queries/unit-counts.js';
import { readCells } from './read-cells.js';
import { scansOf, type Scan } from './scans.js';
import { numberOf, numberOrNull, type Row, type Session } from './session.js';
import { toInstant, toMicroseconds } from './times.js';
import { metricColumns } from './unit-columns.js';
import { DataError, type CollectOptions } from './warehouse.js';

/**
 * Raw tables -> summaries, whatever the engine: exposures become one row a unit, each fact table one row a unit in one
 * pass for all metrics, and their join becomes centred moments and quantiles. Rows come here only for a forest, in a stated number.
 */
export async function collect(session: Session, asked: Plan, options: CollectOptions = {}): Promise<{ readonly summaries: Summaries; readonly units?: UnitRows }> {
  const report = progress(asked, options);
  const d = session.dialect;
  const { plan, inputs } = lowered(d, asked, await readInputs(session, asked));
  const metrics = metricColumns(plan);
  const scans = scansOf(d, plan.facts, inputs, metrics);
  const isTimed = plan.exposures.time !== undefined;
  const planned = plan.asOf === undefined ? null : toMicroseconds(plan.asOf);

  report('reading exposures');
  if (plan.exposures.attributesTime !== undefined) await refuseLateAttributes(session, plan, inputs);
  const rows = exposureRows(d, plan, inputs, planned);
  const told = await totalsOfExposures(session, plan, inputs, planned);
  await session.keep('arms and segments of the exposures', CELLS, cells(d, plan, rows, { totals: !told }));
  const found = await readCells(session, plan, isTimed, told);
  await session.keep('first exposure of each unit', EXPOSED, exposed(d, plan, rows, { numbers: inputs.covariates.length, labels: inputs.labels.length }, { ...found, cells: Math.max(1, found.cells.length) }));

  const readings: FactReading[] = [];
  for (const scan of scans) {
    report(`reading ${scan.relation.title}`);
    readings.push(await readFact(session, inputs, scan, factReach(scan, found, planned, isTimed), planned, isTimed));
  }
  const latest = [found.last, ...readings.map(({ totals }) => numberOrNull(totals, 'last_at'))].filter((time) => time !== null);
  const asOf = planned ?? (latest.length ? Math.max(...latest) : null);

  report('summarising units');
  const byStatus = await session.rows('units by status, arm and day', unitCounts(d, isTimed));
  const byCell = await session.rows('units by arm and segments', cellCounts());
  const exposures = exposureSummary(plan, found, byStatus, byCell);
  const { units, ...metricParts } = await metricSummaries(session, { plan, inputs, scans, metrics, cells: found, asOf, isTimed, units: exposures.units }, report);
  const summaries = {
    asOf: asOf === null ? null : toInstant(asOf),
    exposures,
    facts: readings.map(factSummary),
    ...metricParts,
  };
  return units ? { summaries, units } : { summaries };
}

/** Rows, units and times of the exposures where that costs nothing; undefined where they have to be read, or are not all read. */
async function totalsOfExposures(session: Session, { exposures: { unit, time } }: Plan, { exposures, start, end }: Inputs, asOf: number | null): Promise<Row | undefined> {
  const isWhole = time === undefined || (start === null && end === null && asOf === null);
  const ask = exposures.hasStatistics && isWhole ? tableTotals(session.dialect, exposures, { unit, time }) : undefined;
  return ask === undefined ? undefined : (await session.rows('totals of exposures', ask))[0];
}

/** One row a unit and side. Where sums over units are not finite, the values that made them so are counted and the rows read again without them. */
async function readFact(session: Session, inputs: Inputs, scan: Scan, reach: Reach, asOf: number | null, isTimed: boolean): Promise<FactReading> {
  const d = session.dialect;
  const { fact, index } = scan;
  const upTo = { from: null, to: asOf === null ? null : asOf + 1 };
  const [totals] = await session.rows(`rows of ${fact.name}`, factTotals(d, inputs, scan, upTo));
  const { summed, others } = floatColumns(scan);
  const faultsOf = async (columns: readonly string[], id?: string): Promise<Faults> => {
    const ask = factFaults(d, inputs, scan, upTo, columns, id);
    const [row] = ask === undefined ? [{}] : await session.rows(`faults of ${fact.name}`, ask);
    return { duplicates: id === undefined ? 0 : numberOf(row!, 'duplicates'), notFinite: new Map(columns.map((name, i) => [name, numberOf(row!, `not_finite_${i}`)])) };
  };
  const title = `what each unit did in ${fact.name}`;
  const read = (faults: Faults) => session.keep(title, factTable(index), factUnits(d, inputs, scan, reach, isTimed, faults));
  const first = await faultsOf(others, fact.id);
  await read(first);
  const [units] = await session.rows(`exposed units with events in ${fact.name}`, factUnitFaults(d, scan, [...summed.values()].flat()));
  const matched = numberOf(units!, 'units');
  const spoiled = [...summed].filter(([, sums]) => sums.some((name) => numberOf(units!, `not_finite_${name}`) > 0)).map(([column]) => column);
  if (spoiled.length === 0) return { scan, totals: totals!, faults: first, matched };
  const { notFinite } = await faultsOf(spoiled);
  const faults = { ...first, notFinite: new Map([...first.notFinite, ...notFinite]) };
  await session.drop(title, factTable(index));
  await read(faults);
  return { scan, totals: totals!, faults, matched };
}

/** What was known only after exposure may be an effect of it: adjusting for it, or looking within it, would take the effect away. */
async function refuseLateAttributes(session: Session, plan: Plan, inputs: Inputs): Promise<void> {
  const [row] = await session.rows('attributes known after exposure', lateAttributes(session.dialect, plan, inputs));
  const late = numberOrNull(row!, 'late') ?? 0;
  if (late > 0) {
    throw new DataError(`${late} of ${numberOf(row!, 'row_count')} exposures have attributes that were known only after the exposure (column "${plan.exposures.attributesTime}"); join the last values known before it, or leave the attributes out of the plan`, 'exposures.attributesTime');
  }
}

/** Says how far the collection is, and stops it when it is cancelled. */
function progress(plan: Plan, { onProgress, signal }: CollectOptions): (message: string) => void {
  const steps = plan.facts.length + 3;
  let done = 0;
  return (message) => {
    signal?.throwIfAborted();
    onProgress?.(Math.min(0.99, done / steps), message);
    done += 1;
  };
}
