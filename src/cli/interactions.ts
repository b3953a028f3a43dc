import path from 'node:path';
import { Command, Option } from 'commander';
import type { InteractionScreen } from '../experiment/interactions/screen.js';
import { formatP } from '../experiment/format.js';
import { InputError } from './input-error.js';
import { progressOn } from './progress.js';
import { readPlan } from './read-plan.js';
import { collected, type VerbContext } from './verb.js';

/** Exit code when some pair interacts. */
const FOUND = 10;
const formats = ['text', 'json'] as const;
interface InteractionsOptions { readonly rate: number; readonly allow?: readonly string[]; readonly format: (typeof formats)[number] }

/** Experiments that ran on the same units, every two of them. */
export const interactionsVerb = (context: VerbContext): Command => new Command('interactions')
  .summary('test every two of several experiments for an interaction')
  .description('Reads the units that were in both of every two experiments, and tests on each metric that both plans define whether one changed what the other does. Also tests whether they were assigned independently. Needs no service.')
  .argument('<plans...>', 'the plans, YAML or JSON, two or more')
  .addOption(new Option('--rate <rate>', 'false discovery rate over all pairs and metrics together').default(0.05).argParser(rateOf))
  .option('--allow <folder>', 'read tables from this folder too; may be repeated', collected)
  .addOption(new Option('--format <format>', 'of the answer').choices(formats).default('text'))
  .addHelpText('after', `
A metric is read from the later of the two exposures on, without covariates: what is before one exposure may be after the other.

Exit codes:
  0 none was found   ${FOUND} some pair interacts   2 bad input   1 failure`)
  .action((plans: readonly string[], options: InteractionsOptions) => interactionsCommand(context, plans, options));

async function interactionsCommand({ terminal, exit }: VerbContext, files: readonly string[], { rate, allow, format }: InteractionsOptions): Promise<void> {
  if (files.length < 2) throw new InputError(`interactions need at least 2 plans; got ${files.length}`);
  const resolve = (file: string) => path.resolve(terminal.cwd, file);
  const placed = [];
  for (const file of files) placed.push({ plan: await readPlan(resolve(file)), folder: path.dirname(resolve(file)) });
  const names = placed.map(({ plan }) => plan.name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new InputError(`two plans are called ${twice}; give each experiment a name of its own`);
  const { screenPlans } = await import('../sdk/screen-plans.js');
  const progress = progressOn(terminal);
  const screen = await screenPlans(placed, { rate, allowedFolders: [terminal.cwd, ...(allow ?? []).map(resolve)], env: terminal.env, onProgress: progress.report }).finally(progress.end);
  terminal.out(format === 'json' ? `${JSON.stringify(screen, null, 2)}\n` : screenText(screen));
  exit(screen.pairs.some(({ metrics }) => metrics.some(({ isInteraction }) => isInteraction)) ? FOUND : 0);
}

function rateOf(text: string): number {
  const rate = Number(text);
  if (!(rate > 0 && rate < 0.5)) throw new InputError(`--rate must be between 0 and 0.5; got "${text}"`);
  return rate;
}

function screenText({ pairs, refused, rate }: InteractionScreen): string {
  const number = (value: number): string => String(Number(value.toPrecision(4)));
  const lines = pairs.flatMap(({ first, second, units, assignment, metrics, refused: not }) => [
    `${first} x ${second}: ${units} units in both${assignment === null ? '' : `; assigned ${assignment.pValue < ASSIGNED_TOGETHER ? 'NOT independently' : 'independently'} (${formatP(assignment.pValue, ASSIGNED_TOGETHER)})`}`,
    ...metrics.flatMap(({ metric, qValue, isInteraction, interactions }) => [
      `  ${metric}: ${isInteraction ? 'INTERACTION' : 'none seen'} (q = ${number(qValue)})`,
      ...interactions.map((of) => `    ${of.first} with ${of.second}: ${number(of.estimate)} (${number(of.lower)} to ${number(of.upper)}) beyond the sum of each alone`),
    ]),
    ...not.map(({ metric, refusal }) => `  ${metric}: cannot say: ${refusal.detail}. ${refusal.remedy}`),
  ]);
  const unread = refused.map(({ first, second, refusal }) => `${first} x ${second}: cannot say: ${refusal.detail}. ${refusal.remedy}`);
  return [...lines, ...unread, `False discovery rate over all pairs and metrics: ${rate}.`, ''].join('\n');
}

/** Below this p-value assignment to two experiments is called dependent, as for a sample ratio. */
const ASSIGNED_TOGETHER = 0.001;
