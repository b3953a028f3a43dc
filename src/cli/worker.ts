import { Command } from 'commander';
import type { VerbContext } from './verb.js';

/** A process that takes jobs from the queue. */
export const workerVerb = ({ terminal: _ }: VerbContext): Command => new Command('worker')
  .summary('take analyses from the queue, on this or any other machine')
  .description('Takes analyses from the queue of DATABASE_URL or REDIS_URL and runs them, until it is told to stop. Any number may run, on any number of machines.')
  .addHelpText('after', '\nExample:\n  $ DATABASE_URL=postgresql://assay@db/assay REDIS_URL=redis://queue assay worker')
  .action(async () => { await import('../worker.js'); });
