import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { renderReport, reportFormats, type ReportFormat } from '../report/report.js';
import { readAnalysis } from './read-analysis.js';
import type { VerbContext } from './verb.js';

/** A stored analysis as a document. */
export const reportVerb = ({ terminal }: VerbContext): Command => new Command('report')
  .summary('write the report of a stored analysis')
  .description('Writes the report of an analysis that was stored with `assay analyze --format json`. Computes nothing: what is shown is what was stored.')
  .argument('<analysis>', 'JSON file of an analysis')
  .addOption(new Option('--format <format>', 'of the report').choices(reportFormats).default('text'))
  .option('--out <file>', 'write it there instead of to standard output')
  .addHelpText('after', '\nExample:\n  $ assay report analysis.json --format html --out report.html')
  .action(async (file: string, options: { format: ReportFormat; out?: string }) => {
    const analysis = await readAnalysis(path.resolve(terminal.cwd, file));
    const report = await renderReport(analysis, options.format);
    if (options.out === undefined) terminal.out(`${report.trimEnd()}\n`);
    else await writeFile(path.resolve(terminal.cwd, options.out), `${report.trimEnd()}\n`);
  });
