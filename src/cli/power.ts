import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { planningSpecSchema, type Planning, type PlanningSpec } from '../sdk/power.js';
import { REFUSED } from './exit-codes.js';
import { InputError, issueLines } from './input-error.js';
import { planningMarkdown, planningText } from './planning-text.js';
import { readDocument } from './read-document.js';
import type { VerbContext } from './verb.js';

const formats = ['text', 'json', 'md'] as const;
interface PowerOptions {
  readonly planner?: string;
  readonly rate?: number;
  readonly mean?: number;
  readonly sd?: number;
  readonly effect?: number;
  readonly difference?: boolean;
  readonly power?: number;
  readonly units?: number;
  readonly days?: number;
  readonly perDay?: number;
  readonly arms?: number;
  readonly alpha?: number;
  readonly data?: string;
  readonly format: (typeof formats)[number];
  readonly out?: string;
}

/** How many units, how small an effect, how much power, how long. */
export const powerVerb = (context: VerbContext): Command => new Command('power')
  .summary('plan an experiment: units, smallest effect, power or days')
  .description('Plans an experiment. Give two of effect, units (or days) and power, and the third is planned. A spec plans everything that assay planners lists; a few options plan the usual cases without one.')
  .argument('[spec]', 'YAML or JSON: { planner, options, data, columns }; options that follow take the place of those in it')
  .option('--planner <name>', 'what is planned (default: fixed_horizon; assay planners lists all)')
  .option('--rate <share>', 'conversion rate of the control, a fraction', numberOf('--rate'))
  .option('--mean <value>', 'mean of the control, in units of the metric; with --sd', numberOf('--mean'))
  .option('--sd <value>', 'standard deviation between units, in units of the metric', numberOf('--sd'))
  .option('--effect <size>', 'true effect to detect, a lift: 0.05 is 5 %', numberOf('--effect'))
  .option('--difference', 'effects are in units of the metric, not lifts')
  .option('--power <chance>', 'chance to detect it, a fraction', numberOf('--power'))
  .option('--units <n>', 'units of all arms together', numberOf('--units'))
  .option('--days <n>', 'days of traffic, in the place of units; with --per-day', numberOf('--days'))
  .option('--per-day <n>', 'new units a day, all arms together', numberOf('--per-day'))
  .option('--arms <n>', 'arms of one size, the control counted (default: 2)', numberOf('--arms'))
  .option('--alpha <rate>', 'error rate (default: 0.05)', numberOf('--alpha'))
  .option('--data <path>', 'history to rehearse on, instead of the file that the spec names')
  .addOption(new Option('--format <format>', 'of the answer').choices(formats).default('text'))
  .option('--out <file>', 'write the answer there instead of to standard output')
  .addHelpText('after', `
Every answer lists what it assumes, with the defaults that nobody stated. The exact meaning of each option: assay planners NAME.

Examples:
  $ assay power --rate 0.05 --effect 0.04 --power 0.8 --per-day 8000     how long until a lift of 4 % would be seen
  $ assay power --mean 12.5 --sd 40 --units 50000 --power 0.9            how small a lift 50,000 units can show
  $ assay power --planner confidence_sequence --rate 0.05 --effect 0.04 --power 0.8
  $ cat switchback.yaml
  planner: fixed_horizon
  options:
    metric: { mean: { mean: 31, standardDeviation: 12 } }
    effect: -0.02
    power: 0.8
    design: { switchback: { unitsPerPeriod: 400, periodsPerWindow: 4, burnIn: 1, intraclassCorrelation: 0.02 } }
  $ assay power switchback.yaml --format md --out planning.md
  $ cat rehearsal.yaml
  planner: history
  data: orders.parquet
  columns: { value: revenue, covariates: [revenue_before] }
  options: { effect: 0.03, power: 0.8, looks: 14, inference: { method: group_sequential } }

Exit codes:
  0 a plan   30 a refusal: it says why and what would help   2 bad input   1 failure`)
  .action((spec: string | undefined, options: PowerOptions) => powerCommand(context, spec, options));

async function powerCommand({ terminal, exit }: VerbContext, specFile: string | undefined, options: PowerOptions): Promise<void> {
  const file = specFile === undefined ? undefined : path.resolve(terminal.cwd, specFile);
  const stated = file === undefined ? planningSpecSchema.parse({}) : await readDocument(file, 'spec', planningSpecSchema);
  const spec = withFlags(stated, options, terminal.cwd);
  if (Object.keys(spec.options).length === 0) throw new InputError('power needs a spec or options, such as --rate 0.05 --effect 0.04 --power 0.8 (see assay power --help)');
  const { power } = await import('../sdk/power.js');
  const planning = await power(spec, file === undefined ? terminal.cwd : path.dirname(file)).catch((error: unknown) => {
    throw error instanceof z.ZodError ? new InputError(`${file ? path.basename(file) : 'the question'} has options that ${spec.planner} cannot use:\n${issueLines(error.issues, file ? ['options'] : []).map((line) => `  ${line}`).join('\n')}\nassay planners ${spec.planner} shows all of them.`) : error;
  });
  const text = { text: planningText, md: planningMarkdown, json: (answer: Planning) => `${JSON.stringify(answer, null, 2)}\n` }[options.format](planning);
  if (options.out === undefined) terminal.out(text);
  else await writeFile(path.resolve(terminal.cwd, options.out), text);
  if ('refusal' in planning) exit(REFUSED);
}

function withFlags(spec: PlanningSpec, flags: PowerOptions, folder: string): PlanningSpec {
  const { rate, mean, sd, arms } = flags;
  if ((mean === undefined) !== (sd === undefined)) throw new InputError('--mean and --sd go together');
  if (rate !== undefined && mean !== undefined) throw new InputError('give --rate for a conversion rate, or --mean and --sd for anything else; not both');
  if (arms !== undefined && !(Number.isInteger(arms) && arms >= 2 && arms <= 50)) throw new InputError(`--arms must be a whole number from 2 to 50; got ${arms}`);
  const given = {
    ...(rate !== undefined && { metric: { proportion: { rate } } }),
    ...(mean !== undefined && { metric: { mean: { mean, standardDeviation: sd } } }),
    ...(flags.difference && { scale: 'difference' }),
    ...(arms !== undefined && { allocation: Array.from({ length: arms }, () => 1 / arms) }),
    ...(flags.perDay !== undefined && { traffic: { unitsPerDay: flags.perDay } }),
    ...Object.fromEntries((['effect', 'power', 'units', 'days', 'alpha'] as const).filter((key) => flags[key] !== undefined).map((key) => [key, flags[key]])),
  };
  return {
    ...spec, options: { ...spec.options, ...given },
    ...(flags.planner !== undefined && { planner: flags.planner }), ...(flags.data !== undefined && { data: path.resolve(folder, flags.data) }),
  };
}

function numberOf(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw new InputError(`${name} must be a number; got "${text}"${text.endsWith('%') ? ' (a fraction: 5 % is 0.05)' : ''}`);
    return value;
  };
}
