import { Command } from 'commander';
import { z } from 'zod';
import type { Planner } from '../stats/design/planning/planner.js';
import { aligned, propertiesOf, type Schema } from './schema-lines.js';
import type { VerbContext } from './verb.js';

/** What can be planned. */
export const plannersVerb = ({ terminal }: VerbContext): Command => new Command('planners')
  .summary('list the planners of assay power, or describe one')
  .description('Lists the planners; with a name, shows the options and the result of that one.')
  .argument('[name]', 'a planner')
  .option('--json', 'as JSON, with the JSON Schema of options and result')
  .addHelpText('after', '\nExamples:\n  $ assay planners\n  $ assay planners group_sequential')
  .action(async (name: string | undefined, { json }: { json?: boolean }) => {
    const { allPlanners: all, plannerNamed } = await import('../stats/design/planning/run-planner.js');
    const chosen = name === undefined ? undefined : plannerNamed(name);
    if (json) terminal.out(`${JSON.stringify(chosen ? described(chosen) : all.map(described), null, 2)}\n`);
    else terminal.out(chosen ? detail(chosen) : listing(all));
  });

const described = ({ name, title, formula, references, data, options, result }: Planner) =>
  ({ name, title, formula, references, data, options: z.toJSONSchema(options, { io: 'input' }), result: z.toJSONSchema(result) });

function listing(all: readonly Planner[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return `${all.map(({ name, title }) => `${name.padEnd(width)}  ${title}`).join('\n')}\n\nassay planners <name> shows options and result of one.\n`;
}

function detail(planner: Planner): string {
  const { options, result } = described(planner);
  const roles = Object.entries(planner.data).map(([role, { kind, many, required, description }]) =>
    [role, `${many ? `${kind} columns` : `${kind} column`}${required ? '' : ', optional'}`, description] as const);
  return [
    `${planner.name}: ${planner.title}`, `  by ${planner.formula}`,
    ...(roles.length > 0 ? ['', 'columns', ...aligned(roles)] : []),
    '', 'options', ...aligned(propertiesOf(options as Schema)),
    '', 'result', ...aligned(propertiesOf(result as Schema)),
    '', 'references', ...planner.references.map((reference) => `  ${reference}`), '',
  ].join('\n');
}
