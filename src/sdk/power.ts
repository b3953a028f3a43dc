import path from 'node:path';
import { z } from 'zod';
import { assumptionsOf, type Assumption } from '../stats/design/planning/assumptions.js';
import { plannerNamed, runPlanner, type PlanAnswer } from '../stats/design/planning/run-planner.js';
import { OptionsError } from '../stats/estimators/estimator.js';
import { frameOf } from '../stats/summaries/frame.js';
import { codeVersion } from '../version.js';
import { columnsSchema } from './spec.js';
import { wantedBy } from './roles.js';

/** What `assay power` is asked: one planner with its options, and for a rehearsal the file of history. */
export const planningSpecSchema = z.strictObject({
  planner: z.string().min(1).default('fixed_horizon').describe('name of a planner; assay planners lists them'),
  options: z.record(z.string(), z.unknown()).default({}).describe('options of the planner'),
  data: z.string().min(1).optional().describe('CSV, NDJSON, Parquet or Arrow file of history; planners that rehearse need it'),
  columns: columnsSchema.default({}).describe('role -> column, or list of columns, of data'),
});
export type PlanningSpec = z.output<typeof planningSpecSchema>;
export type PlanningSpecInput = z.input<typeof planningSpecSchema>;

/** Where the history of a rehearsal came from. */
export interface HistoryProvenance { readonly data: string; readonly sha256: string; readonly rows: number; readonly droppedRows: number }

/** A plan, or why there is none, with everything that it takes for granted. */
export type Planning = PlanAnswer & {
  readonly title: string;
  readonly assumptions: readonly Assumption[];
  readonly references: readonly string[];
  readonly history: HistoryProvenance | null;
  readonly codeVersion: string;
};

/**
 * Power, sample size, smallest detectable effect or duration.
 * @param folder where relative paths start
 * @throws z.ZodError or OptionsError for bad options, DataError for a file or column that cannot be used
 */
export async function power(spec: PlanningSpec, folder = '.'): Promise<Planning> {
  const planner = plannerNamed(spec.planner);
  planner.options.parse(spec.options); // all issues at once, and before a large file is read
  const read = await historyOf(spec, folder);
  const { planner: name, options, columns } = spec;
  const answer = runPlanner({ planner: name, options, columns, ...(read && { data: read.frame }) });
  return {
    ...answer, title: planner.title, references: planner.references,
    assumptions: assumptionsOf(planner, answer.options),
    history: read?.provenance ?? null, codeVersion,
  };
}

async function historyOf({ planner: name, data, columns }: PlanningSpec, folder: string) {
  const planner = plannerNamed(name);
  const needsData = Object.keys(planner.data).length > 0;
  if (needsData && data === undefined) throw new OptionsError(`${planner.name} rehearses on your own history: name its file in data and its columns in columns`, ['data']);
  if (!needsData && data !== undefined) throw new OptionsError(`${planner.name} reads no data; planner history does`, ['data']);
  if (data === undefined) return undefined;
  const { readColumns } = await import('./read-columns.js');
  const { columns: read, rows, droppedRows, sha256 } = await readColumns(path.resolve(folder, data), wantedBy(planner, columns));
  return { frame: frameOf(read), provenance: { data, sha256, rows, droppedRows } };
}
