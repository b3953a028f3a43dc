import type { Plan } from '../experiment/plan.js';
import type { UnitRows } from '../experiment/heterogeneity/unit-rows.js';
import type { Summaries } from '../experiment/summaries.js';
import { exposureSummary } from './exposure-summary.js';
import { lowered } from './lowered-design.js';
import { factSummary, type FactReading } from './fact-summary.js';
import { readInputs, type Inputs } from './inputs.js';
import { metricSummaries } from './metric-summaries.js';
import { cells } from './queries/cells.js';
import { exposed } from './queries/exposed.js';
import { exposureRows, lateAttributes } from './queries/exposure-rows.js';
import { factReach } from './fact-reach.js';
import { factFaults, factTotals, floatColumns } from './queries/fact-totals.js';
import { factUnits } from './queries/fact-units.js';
import { CELLS, EXPOSED, factUnits as factTable, NEVER_EXPOSED } from './queries/names.js';
import { cellCounts, unitCounts } from './queries/unit-counts.js';
import { readCells } from './read-cells.js';
import { scansOf } from './scans.js';
import { numberOf, numberOrNull, type Session } from './session.js';
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
  await session.keep('arms and segments of the exposures', CELLS, cells(d, plan, rows));
  const found = await readCells(session, plan, isTimed);
  await session.keep('first exposure of each unit', EXPOSED, exposed(d, plan, rows, { numbers: inputs.covariates.length, labels: inputs.labels.length }, { ...found, cells: Math.max(1, found.cells.length) }));

  const readings: FactReading[] = [];
  for (const scan of scans) {
    report(`reading ${scan.relation.title}`);
    const upTo = { from: null, to: planned === null ? null : planned + 1 };
    const [totals] = await session.rows(`rows of ${scan.fact.name}`, factTotals(d, inputs, scan, upTo));
    const ask = factFaults(d, inputs, scan, upTo);
    const [faults] = ask === undefined ? [{}] : await session.rows(`faults of ${scan.fact.name}`, ask);
    const seen = {
      hasDuplicates: numberOf(faults!, 'duplicates') > 0,
      notFinite: new Set(floatColumns(scan).filter((_, i) => numberOf(faults!, `not_finite_${i}`) > 0)),
    };
    await session.keep(`what each unit did in ${scan.fact.name}`, factTable(scan.index), factUnits(d, inputs, scan, factReach(scan, found, planned, isTimed), isTimed, seen));
    const [unmatched] = await session.rows(`units of ${scan.fact.name} that were never exposed`, `select count(*) as units from ${factTable(scan.index)} where side = ${NEVER_EXPOSED}`);
    readings.push({ scan, totals: totals!, faults: faults!, unmatched: numberOf(unmatched!, 'units') });
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
