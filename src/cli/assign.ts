import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { variationsOf } from '../experiment/assignment.js';
import { planSchema } from '../experiment/plan.js';
import type { Assigned, AssignmentConfig } from '../stats/design/assignment/assignment-config.js';
import { assignmentSchema } from '../stats/design/assignment/assignment-config.js';
import { csvCell } from './csv.js';
import { InputError } from './input-error.js';
import { parseAs, readDocument } from './read-document.js';
import type { VerbContext } from './verb.js';

const formats = ['text', 'json', 'csv', 'ndjson'] as const;
interface AssignOptions {
  readonly units?: string;
  readonly column: string;
  readonly fallbackColumn?: string;
  readonly storedColumn?: string;
  readonly storedVersionColumn?: string;
  readonly stored?: string;
  readonly fallback?: string;
  readonly format?: (typeof formats)[number];
  readonly out?: string;
}

/** Who gets which variation. */
export const assignVerb = (context: VerbContext): Command => new Command('assign')
  .summary('say which variation a unit gets, or every unit of a file')
  .description('Assigns units to the variations of an experiment by hashing alone: the same configuration and unit give the same answer on every machine. Needs no service.')
  .argument('<config>', 'assignment configuration, YAML or JSON, or the plan of an experiment: then its arms and weights are the variations')
  .argument('[unit]', 'identifier of one unit')
  .option('--units <file>', 'assign every row of this CSV, NDJSON, Parquet or Arrow file')
  .option('--column <name>', 'column of the identifiers', 'unit')
  .option('--fallback-column <name>', 'column of the identifiers that are hashed where the first is empty')
  .option('--stored-column <name>', 'column of the variation that was stored earlier; it survives a change of weights, coverage and namespace')
  .option('--stored-version-column <name>', 'column of the bucketVersion under which it was stored (default: the present one)')
  .option('--stored <variation>', 'variation that was stored earlier for the one unit')
  .option('--fallback <id>', 'identifier to hash when the one unit is empty')
  .addOption(new Option('--format <format>', 'of the answer (default: text for one unit, csv for a file)').choices(formats))
  .option('--out <file>', 'write the answers there, and a summary to standard output')
  .addHelpText('after', `
A configuration:
  key: checkout-button                 # name of the experiment, and the salt unless one is given
  variations: [{ key: control, weight: 0.5 }, { key: blue, weight: 0.5 }]
  coverage: 0.2                        # share of units that take part; raising it moves nobody who does already
  hash: murmur3                        # or growthbook_v1, growthbook_v2: bit for bit that public specification
  namespace: { name: pricing, ranges: [{ from: 0, to: 0.5 }] }    # experiments with disjoint ranges of a layer exclude each other
  salt, ranges, forced, bucketVersion, minimumBucketVersion, active: see assay assign-schema

Reasons: bucket (by its hash), sticky (stored before) and forced are in the experiment; outside_coverage, outside_namespace,
inactive, blocked_version and no_identifier are not.

Examples:
  $ assay assign checkout.yaml user-42
  $ assay assign checkout.yaml --units users.parquet --column user_id --out assigned.csv
  $ assay assign checkout-plan.yaml user-42 --format json`)
  .action((config: string, unit: string | undefined, options: AssignOptions) => assignCommand(context, config, unit, options));

async function assignCommand({ terminal }: VerbContext, configFile: string, unit: string | undefined, options: AssignOptions): Promise<void> {
  const resolve = (file: string) => path.resolve(terminal.cwd, file);
  if ((unit === undefined) === (options.units === undefined)) throw new InputError('give one unit, or --units with a file of them');
  const config = await readAssignment(resolve(configFile));
  const { assignAll, unitsOfFile } = await import('../sdk/assign.js');
  const { units: file, column, fallbackColumn, storedColumn, storedVersionColumn, stored, fallback } = options;
  const units = file === undefined
    ? [{ id: unit!, ...(fallback !== undefined && { fallbackId: fallback }), ...(stored !== undefined && { stored: { variation: stored, bucketVersion: config.bucketVersion } }) }]
    : await unitsOfFile(resolve(file), { unit: column, ...(fallbackColumn !== undefined && { fallback: fallbackColumn }), ...(storedColumn !== undefined && { stored: storedColumn }), ...(storedVersionColumn !== undefined && { storedVersion: storedVersionColumn }) }, config);
  const assigned = assignAll(config, units);
  const format = options.format ?? (file === undefined ? 'text' : 'csv');
  const text = renderings[format](assigned, config);
  if (options.out === undefined) return terminal.out(text);
  await writeFile(resolve(options.out), text);
  terminal.out(summary(assigned, config));
}

/** A configuration, or the one that a plan implies. */
async function readAssignment(file: string): Promise<AssignmentConfig> {
  const document = await readDocument(file, 'configuration', z.record(z.string(), z.unknown()));
  const name = path.basename(file);
  if (!('arms' in document)) return parseAs(assignmentSchema, document, `${name} is not an assignment configuration that can be used`);
  const plan = parseAs(planSchema, document, `${name} has arms, so it is read as a plan, and as a plan it cannot be used`);
  return assignmentSchema.parse({ key: plan.name, variations: variationsOf(plan) });
}

const renderings: Readonly<Record<(typeof formats)[number], (assigned: readonly Assigned[], config: AssignmentConfig) => string>> = {
  text: (assigned, config) => (assigned.length === 1 ? sentence(assigned[0]!) : summary(assigned, config)),
  json: (assigned) => `${JSON.stringify(assigned.length === 1 ? assigned[0] : assigned, null, 2)}\n`,
  ndjson: (assigned) => assigned.map((each) => `${JSON.stringify(each)}\n`).join(''),
  csv: (assigned) => ['experiment,unit,variation,reason,bucket,used_fallback,bucket_version',
    ...assigned.map((each) => [each.experiment, each.unit, each.variation, each.reason, each.bucket, each.usedFallback, each.bucketVersion].map(csvCell).join(',')), ''].join('\n'),
};

function sentence({ unit, experiment, variation, reason, bucket }: Assigned): string {
  const where = bucket === null ? '' : `, bucket ${bucket}`;
  return variation === null ? `not in ${experiment}: ${reason}${where}\n` : `${variation}  (${unit} in ${experiment}: ${reason}${where})\n`;
}

/** How many units got what, beside the shares that were asked. */
function summary(assigned: readonly Assigned[], { key, variations }: AssignmentConfig): string {
  const taking = assigned.filter(({ variation }) => variation !== null).length;
  const count = (matches: (each: Assigned) => boolean) => assigned.filter(matches).length;
  const out = [...new Set(assigned.filter(({ variation }) => variation === null).map(({ reason }) => reason))];
  const width = Math.max(...variations.map((each) => each.key.length), ...out.map((reason) => reason.length));
  return [
    `${key}: ${taking} of ${assigned.length} units take part`,
    ...variations.map((each) => {
      const got = count(({ variation }) => variation === each.key);
      return `  ${each.key.padEnd(width)}  ${got}${taking > 0 ? `  ${((100 * got) / taking).toFixed(2)} % (weight ${each.weight})` : ''}`;
    }),
    ...out.map((reason) => `  ${reason.padEnd(width)}  ${count((each) => each.reason === reason && each.variation === null)}`), '',
  ].join('\n');
}

/** JSON Schema of a configuration, for editors that complete and check YAML. */
export const assignSchemaVerb = ({ terminal }: VerbContext): Command => new Command('assign-schema')
  .summary('print the JSON Schema of an assignment configuration')
  .description('Prints the JSON Schema of an assignment configuration, for editors that complete and check YAML.')
  .addHelpText('after', '\nExample:\n  $ assay assign-schema > assignment.schema.json')
  .action(() => { terminal.out(`${JSON.stringify(z.toJSONSchema(assignmentSchema, { io: 'input' }), null, 2)}\n`); });
