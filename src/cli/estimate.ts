import path from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { specSchema } from '../sdk/spec.js';
import { estimationText } from './estimation-text.js';
import { REFUSED } from './exit-codes.js';
import { InputError, issueLines } from './input-error.js';
import { readDocument } from './read-document.js';
import { progressOn } from './progress.js';
import type { VerbContext } from './verb.js';

interface EstimateOptions { readonly data?: string; readonly format: 'text' | 'json' }

/** One estimator on one file. */
export const estimateVerb = (context: VerbContext): Command => new Command('estimate')
  .summary('run one estimator on the columns of one file')
  .description('Runs one estimator on the columns of a CSV, NDJSON, Parquet or Arrow file. Rows with a null in a used column are left out and counted.')
  .argument('<spec>', 'YAML or JSON: { estimator, data: PATH, columns: { role: column }, options, seed }; PATH is relative to the spec')
  .option('--data <path>', 'read this file instead of the one that the spec names')
  .addOption(new Option('--format <format>', 'json: { estimator, result | refusal, provenance }').choices(['text', 'json']).default('text'))
  .addHelpText('after', `
Example:
  $ cat lalonde.yaml
  estimator: welch
  data: lalonde.csv
  columns: { outcome: re78, treatment: treat }
  $ assay estimate lalonde.yaml --format json

Exit codes:
  0 a result   30 a refusal: the data cannot answer, and it says why   2 bad input   1 failure`)
  .action((spec: string, options: EstimateOptions) => estimateCommand(context, spec, options));

async function estimateCommand({ terminal, exit }: VerbContext, specFile: string, { data, format }: EstimateOptions): Promise<void> {
  const file = path.resolve(terminal.cwd, specFile);
  const spec = await readDocument(file, 'spec', specSchema);
  const { estimate } = await import('../sdk/estimate.js');
  const given = data === undefined ? spec : { ...spec, data: path.resolve(terminal.cwd, data) };
  const progress = progressOn(terminal);
  const onProgress = (share: number) => progress.report(share, spec.estimator);
  const estimation = await estimate(given, path.dirname(file), { onProgress }).finally(progress.end).catch((error: unknown) => {
    throw error instanceof z.ZodError ? new InputError(`${path.basename(file)} has options that ${spec.estimator} cannot use:\n${issueLines(error.issues, ['options']).map((line) => `  ${line}`).join('\n')}`) : error;
  });
  terminal.out(format === 'json' ? `${JSON.stringify(estimation, null, 2)}\n` : estimationText(estimation));
  if ('refusal' in estimation) exit(REFUSED);
}
