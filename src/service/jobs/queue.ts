import { type ConnectionOptions, createPostgresBackend, DEFAULT_SCHEMA, type JobsOptions, runMigrations, setDefaultBackendFactory } from 'bullmq';
import pg from 'pg';

export const QUEUE = 'analyses';

/** All that a job carries; its id is the id of the row, and the row says the rest. */
export interface AnalysisJob { readonly analysisId: string }
/** Training of a model, or scores of a table. */
export interface ModelWork { readonly modelJobId: string }
export type QueueJob = AnalysisJob | ModelWork;

export const JOB_ATTEMPTS = 5;

/** The row keeps state and result, so the queue forgets a job once it is done. */
export const jobOptions = (rowId: string): JobsOptions => ({
  jobId: rowId,
  attempts: JOB_ATTEMPTS,
  backoff: { type: 'exponential', delay: 1000 },
  removeOnComplete: true,
  removeOnFail: true,
});

export interface QueueConfig { readonly redisUrl: string | undefined; readonly databaseUrl: string | undefined }

/**
 * Redis when there is one, else BullMQ's own tables in the PostgreSQL that is there anyway.
 *
 * BullMQ knows its store by a factory for the whole process: a process uses one.
 */
export function queueConnection({ redisUrl, databaseUrl }: QueueConfig): ConnectionOptions {
  if (redisUrl) return { url: redisUrl, maxRetriesPerRequest: null };
  setDefaultBackendFactory(createPostgresBackend);
  return { connectionString: databaseUrl, max: 3 } as unknown as ConnectionOptions; // typed for Redis alone
}

/** Brings BullMQ's schema up to date; nothing to do on Redis. */
export async function migrateQueue({ redisUrl, databaseUrl }: QueueConfig): Promise<void> {
  if (redisUrl) return;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await runMigrations(client, DEFAULT_SCHEMA);
  } finally {
    await client.end();
  }
}
