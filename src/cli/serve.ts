import { Command } from 'commander';
import type { VerbContext } from './verb.js';

/** The service, until it is told to stop. */
export const serveVerb = (_: VerbContext): Command => new Command('serve')
  .summary('run the service: GraphQL, reports, jobs')
  .description('Runs the service until it is told to stop. Without DATABASE_URL it brings a PostgreSQL of its own in the data folder, and without REDIS_URL it queues jobs there.')
  .addHelpText('after', `
Settings are environment variables: PORT, HOST, DATABASE_URL, REDIS_URL, ASSAY_DATA, ASSAY_ALLOWED_FOLDERS, ASSAY_ADMIN_KEY,
ASSAY_MEMORY, ASSAY_THREADS, ASSAY_WORKERS, ASSAY_LOCK_MS, LOG_LEVEL.

Example:
  $ PORT=8080 ASSAY_ALLOWED_FOLDERS=/warehouse assay serve`)
  .action(async () => { await import('../main.js'); });
