import { createLogger } from './service/logger.js';
import { configFrom } from './service/config.js';
import { startFailure } from './service/database/database-errors.js';
import { runWorker } from './service/jobs/run-worker.js';

const config = configFrom(process.env);
const log = createLogger(config);
try {
  if (!config.databaseUrl) throw new Error('a worker needs DATABASE_URL: the database of the service whose analyses it runs');
  const worker = await runWorker(config, log);
  const stop = (): void => {
    void worker.close().then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  process.once('disconnect', stop); // the service that forked it is gone
} catch (error) {
  process.stderr.write(`assay worker: ${startFailure(error, config.databaseUrl)}\n`);
  process.exitCode = 1;
}
