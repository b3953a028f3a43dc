import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import type { Plan } from '../experiment/plan.js';
import { nearest } from '../warehouse/nearest.js';
import { exitCodeHelp, exitCodes } from './exit-codes.js';
import { renderReport, reportFormats, type ReportFormat } from '../report/report.js';
import { InputError } from './input-error.js';
import { progressOn } from './progress.js';
import { readPlan } from './read-plan.js';
import { collected, type VerbContext } from './verb.js';

interface AnalyzeOptions {
  readonly data?: readonly string[];
  readonly allow?: readonly string[];
  readonly frozen?: string;
  readonly format: ReportFormat;
  readonly out?: string;
  readonly memory: string;
  readonly threads?: number;
}

/** From a plan and its tables to a verdict, without a service. */
export const analyzeVerb = (context: VerbContext): Command => new Command('analyze')
  .summary('analyse an experiment and say whether to ship; the exit code is the verdict')
  .description('Reads the tables that a plan names, analyses the experiment and says whether to ship. Needs no service; the exit code is the verdict.')
  .argument('<plan>', 'the plan, YAML or JSON (assay plan-schema prints its schema)')
  .option('--data <name=path>', 'where a table of the plan is, instead of where the plan says; may be repeated', collected)
  .option('--allow <folder>', 'read tables from this folder too (allowed: the folders of the plan and of --data, and this one); may be repeated', collected)
  .option('--frozen <plan>', 'the plan as it was when the experiment started: a departure from it makes the analysis exploratory')
  .addOption(new Option('--format <format>', 'of the report').choices(reportFormats).default('text'))
  .option('--out <file>', 'write the report there, and the verdict alone to standard output')
  .option('--memory <size>', 'most memory of the engine that reads the tables', '4GB')
  .option('--threads <n>', 'threads of the engine that reads the tables (default: one a core)', wholeNumber)
  .addHelpText('after', `
Paths in a plan are relative to the plan's folder, paths on the command line to the current one.

Examples:
  $ assay analyze checkout.yaml
  $ assay analyze checkout.yaml --data orders=/warehouse/orders/*.parquet --format html --out report.html
  $ assay analyze checkout.yaml && ./deploy          deploys on ship, and on nothing else
${exitCodeHelp}`)
  .action((plan: string, options: AnalyzeOptions) => analyzeCommand(context, plan, options));

async function analyzeCommand({ terminal, exit }: VerbContext, planFile: string, options: AnalyzeOptions): Promise<void> {
  const resolve = (file: string) => path.resolve(terminal.cwd, file);
  const plan = await readPlan(resolve(planFile));
  const frozen = options.frozen === undefined ? undefined : await readPlan(resolve(options.frozen));
  const overrides = overridesFrom(plan, options.data ?? [], resolve);
  const { analyzePlan } = await import('../sdk/analyze-plan.js');
  const progress = progressOn(terminal);
  const analysis = await analyzePlan(plan, {
    folder: path.dirname(resolve(planFile)),
    allowedFolders: [terminal.cwd, ...(options.allow ?? []).map(resolve), ...Object.values(overrides).map(folderOf)],
    overrides, memoryLimit: options.memory, env: terminal.env, onProgress: progress.report,
    ...(options.threads !== undefined && { threads: options.threads }), ...(frozen && { frozen }),
  }).finally(progress.end);
  const report = ended(await renderReport(analysis, options.format));
  if (options.out === undefined) terminal.out(report);
  else {
    await writeFile(resolve(options.out), report);
    terminal.out(`${analysis.decision.verdict}: ${analysis.decision.reason}\n`);
  }
  exit(exitCodes[analysis.decision.verdict]);
}

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InputError(`--threads must be a whole number from 1; got "${text}"`);
  return Number(text);
}

/** `orders=/data/orders.parquet` -> { orders: ... }, for tables that the plan has. */
function overridesFrom(plan: Plan, data: readonly string[], resolve: (file: string) => string): Record<string, string> {
  const tables = plan.source.kind === 'files' ? Object.keys(plan.source.tables) : [];
  return Object.fromEntries(data.map((pair) => {
    const [, name, file] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (name === undefined || file === undefined) throw new InputError(`--data must look like name=path; got "${pair}"`);
    if (!tables.includes(name)) {
      const near = nearest(name, tables);
      throw new InputError(`--data names "${name}", which is not a table of the plan${near ? `; the nearest is "${near}"` : ''} (it has ${tables.join(', ') || 'none'})`);
    }
    return [name, resolve(file)];
  }));
}

/** The folder of a file or glob: up to the first part that holds a wildcard. */
function folderOf(file: string): string {
  const parts = file.split(path.sep);
  const wild = parts.findIndex((part) => /[*?[]/.test(part));
  return wild < 0 ? path.dirname(file) : parts.slice(0, wild).join(path.sep) || path.sep;
}
