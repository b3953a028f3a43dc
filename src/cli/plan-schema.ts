import { Command } from 'commander';
import { z } from 'zod';
import { planSchema } from '../experiment/plan.js';
import type { VerbContext } from './verb.js';

/** JSON Schema of a plan, for editors that complete and check YAML. */
export const planSchemaVerb = ({ terminal }: VerbContext): Command => new Command('plan-schema')
  .summary('print the JSON Schema of a plan')
  .description('Prints the JSON Schema of a plan, for editors that complete and check YAML.')
  .addHelpText('after', `
Example:
  $ assay plan-schema > plan.schema.json
  and on the first line of a plan: # yaml-language-server: $schema=plan.schema.json`)
  .action(() => {
    terminal.out(`${JSON.stringify(z.toJSONSchema(planSchema, { io: 'input' }), null, 2)}\n`);
  });
