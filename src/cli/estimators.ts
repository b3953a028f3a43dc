import { Command } from 'commander';
import { z } from 'zod';
import type { Estimator } from '../stats/estimators/estimator.js';
import { aligned, propertiesOf, type Schema } from './schema-lines.js';
import type { VerbContext } from './verb.js';

/** What can be estimated. */
export const estimatorsVerb = ({ terminal }: VerbContext): Command => new Command('estimators')
  .summary('list the estimators, or describe one')
  .description('Lists the estimators with what they estimate; with a name, shows the columns, options and result of that one.')
  .argument('[name]', 'an estimator')
  .option('--json', 'as JSON, with the JSON Schema of options and result')
  .addHelpText('after', '\nExamples:\n  $ assay estimators\n  $ assay estimators welch')
  .action(async (name: string | undefined, { json }: { json?: boolean }) => {
    const { allEstimators: all, estimatorNamed } = await import('../sdk/estimate.js');
    const chosen = name === undefined ? undefined : estimatorNamed(name);
    if (json) terminal.out(`${JSON.stringify(chosen ? described(chosen) : all.map(described), null, 2)}\n`);
    else terminal.out(chosen ? detail(chosen) : listing(all));
  });

const described = ({ name, title, estimand, references, data, options, result }: Estimator) =>
  ({ name, title, estimand, references, data, options: z.toJSONSchema(options, { io: 'input' }), result: z.toJSONSchema(result) });

function listing(all: readonly Estimator[]): string {
  const width = Math.max(...all.map(({ name }) => name.length));
  return `${all.map(({ name, title }) => `${name.padEnd(width)}  ${title}`).join('\n')}\n\nassay estimators <name> shows columns, options and result of one.\n`;
}

function detail(estimator: Estimator): string {
  const { options, result } = described(estimator);
  const roles = Object.entries(estimator.data).map(([role, { kind, many, required, mayBeMissing, description }]) =>
    [role, `${many ? `${kind} columns` : `${kind} column`}${required ? '' : ', optional'}${mayBeMissing ? ', may have gaps' : ''}`, description] as const);
  return [
    `${estimator.name}: ${estimator.title}`,
    `  estimates ${estimator.estimand}`,
    '', 'columns', ...aligned(roles),
    '', 'options', ...aligned(propertiesOf(options as Schema)),
    '', 'result', ...aligned(propertiesOf(result as Schema)),
    '', 'references', ...estimator.references.map((reference) => `  ${reference}`), '',
  ].join('\n');
}
