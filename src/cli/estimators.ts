import { Command } from 'commander';
import { z } from 'zod';
import type { Estimator } from '../stats/estimators/estimator.js';
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

/** A property of a JSON Schema, as far as it is shown here. */
interface Property {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly anyOf?: readonly Property[];
  readonly properties?: Readonly<Record<string, Property>>;
  readonly items?: Property;
}
interface Schema extends Property { readonly $defs?: Readonly<Record<string, Property>> }
type Line = readonly [name: string, type: string, description: string];

function detail(estimator: Estimator): string {
  const { options, result } = described(estimator);
  const roles = Object.entries(estimator.data).map(([role, { kind, many, required, description }]) =>
    [role, `${many ? `${kind} columns` : `${kind} column`}${required ? '' : ', optional'}`, description] as const);
  return [
    `${estimator.name}: ${estimator.title}`,
    `  estimates ${estimator.estimand}`,
    '', 'columns', ...aligned(roles),
    '', 'options', ...aligned(propertiesOf(options as Schema)),
    '', 'result', ...aligned(propertiesOf(result as Schema)),
    '', 'references', ...estimator.references.map((reference) => `  ${reference}`), '',
  ].join('\n');
}

const propertiesOf = (schema: Schema): Line[] => linesOf(schema, schema, '');

/** One line a property; what is inside an object follows it, as `difference.estimate`. */
function linesOf(schema: Schema, property: Property, prefix: string): Line[] {
  return Object.entries(property.properties ?? {}).flatMap(([name, raw]): Line[] => {
    const path = `${prefix}${name}`;
    const given = raw.default === undefined ? '' : ` (${JSON.stringify(raw.default)})`;
    return [[path, `${typeText(schema, raw)}${given}`, raw.description ?? ''], ...inside(schema, raw, path)];
  });
}

function inside(schema: Schema, raw: Property, path: string): Line[] {
  const property = resolved(schema, raw);
  if (property.properties) return linesOf(schema, property, `${path}.`);
  if (property.items) return inside(schema, property.items, `${path}[]`);
  return (property.anyOf ?? []).flatMap((part) => inside(schema, part, path));
}

const resolved = (schema: Schema, property: Property): Property =>
  (property.$ref === undefined ? property : schema.$defs?.[property.$ref.replace('#/$defs/', '')] ?? property);

function typeText(schema: Schema, raw: Property): string {
  const property = resolved(schema, raw);
  if (property.enum) return property.enum.join(' | ');
  if (property.const !== undefined) return String(property.const);
  if (property.anyOf) return property.anyOf.map((part) => typeText(schema, part)).join(' | ');
  if (property.items) return `list of ${typeText(schema, property.items)}`;
  return [property.type ?? 'any'].flat().join(' | ');
}

function aligned(rows: readonly Line[]): string[] {
  if (rows.length === 0) return ['  none'];
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return rows.map(([name, type, description]) => `  ${name.padEnd(width(0))}  ${type.padEnd(width(1))}  ${description}`.trimEnd());
}
