import { Command, CommanderError } from 'commander';
import { OptionsError } from '../stats/estimators/estimator.js';
import { codeVersion } from '../version.js';
import { nearest } from '../warehouse/nearest.js';
import { DataError } from '../warehouse/warehouse.js';
import { allocateVerb } from './allocate.js';
import { analyzeVerb } from './analyze.js';
import { assignSchemaVerb, assignVerb } from './assign.js';
import { demoVerb } from './demo.js';
import { estimateVerb } from './estimate.js';
import { estimatorsVerb } from './estimators.js';
import { BAD_INPUT, exitCodeHelp, FAILURE } from './exit-codes.js';
import { InputError } from './input-error.js';
import { interactionsVerb } from './interactions.js';
import { modelVerb } from './model.js';
import { planSchemaVerb } from './plan-schema.js';
import { plannersVerb } from './planners.js';
import { powerVerb } from './power.js';
import { reportVerb } from './report.js';
import { serveVerb } from './serve.js';
import type { Terminal } from './terminal.js';
import type { VerbContext } from './verb.js';
import { verifyVerb } from './verify.js';
import { workerVerb } from './worker.js';

const examples = `
Examples:
  $ assay analyze checkout.yaml                      say whether to ship, from the files that the plan names
  $ assay analyze checkout.yaml --format html --out report.html
  $ assay estimate spec.yaml --format json           one estimator on one file
  $ assay power --rate 0.05 --effect 0.04 --power 0.8   how many units an experiment needs
  $ assay assign checkout.yaml user-42               which variation a unit gets
  $ assay model train uplift.yaml --out models       a model of effects that can be kept, scored and exported
  $ assay verify analysis.json                       recompute an analysis, bit for bit
  $ assay demo                                       four experiments of a web shop, in a running service
`;

/** Runs one command line and returns its exit code; nothing is thrown and nothing exits. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = createProgram({ terminal, exit: (given) => { code = given; } });
  try {
    assertVerb(program, args);
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_INPUT;
    const isInput = error instanceof InputError || error instanceof DataError || error instanceof OptionsError;
    terminal.err(`assay: ${sentenceOf(error)}\n`);
    if (program.opts()['debug']) terminal.err(`${error instanceof Error ? error.stack : String(error)}\n`);
    else if (!isInput) terminal.err('Run it again with --debug to see where this happened.\n');
    return isInput ? BAD_INPUT : FAILURE;
  }
}

function createProgram(context: VerbContext): Command {
  const { terminal } = context;
  const program = new Command('assay')
    .description('Should this change ship? Answers from raw exposure and event tables, with evidence that can be replayed.')
    .usage('<verb> [options]')
    .version(codeVersion)
    .option('--debug', 'show where an error came from')
    .helpCommand('help [verb]', 'help on a verb')
    .addHelpText('after', `${examples}${exitCodeHelp}`);
  for (const verb of [analyzeVerb, interactionsVerb, estimateVerb, estimatorsVerb, powerVerb, plannersVerb, assignVerb, assignSchemaVerb, allocateVerb, modelVerb, reportVerb, verifyVerb, planSchemaVerb, demoVerb, serveVerb, workerVerb]) program.addCommand(verb(context));
  for (const command of allOf(program)) {
    command.exitOverride().configureOutput({
      writeOut: terminal.out, writeErr: terminal.err,
      outputError: (text, write) => write(text.replace(/^error: /, 'assay: ')),
    });
  }
  return program;
}

const allOf = (command: Command): Command[] => [command, ...command.commands.flatMap(allOf)];

function assertVerb(program: Command, args: readonly string[]): void {
  const verb = args.find((arg) => !arg.startsWith('-'));
  const verbs = [...program.commands.map((command) => command.name()), 'help'];
  if (verb === undefined || verbs.includes(verb)) return;
  const near = nearest(verb, verbs);
  throw new InputError(`there is no verb "${verb}"${near ? `; the nearest is "${near}"` : ''} (see assay --help)`);
}

function sentenceOf(error: unknown): string {
  if (error instanceof DataError && error.path) return `${error.message} [${error.path}]`;
  const message = (error as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : String(error);
}
