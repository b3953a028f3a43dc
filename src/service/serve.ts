import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { ApiKeysService } from './auth/api-keys.service.js';
import { authenticate } from './auth/authenticate.js';
import { type Config, configFrom } from './config.js';
import { startFailure } from './database/database-errors.js';
import { embeddedPostgres, type EmbeddedPostgres } from './database/embedded-postgres.js';
import { migrate } from './database/migrate.js';
import { mountHttp } from './http.js';
import { migrateQueue } from './jobs/queue.js';
import { createLogger, nestLogger } from './logger.js';

export interface Service {
  /** such as http://127.0.0.1:3000 */
  readonly url: string;
  readonly config: Config;
  readonly app: NestExpressApplication;
  /** key of the first administrator, when it was made now: show it once, it is not kept */
  readonly adminKey: string | undefined;
  /** ends workers, requests and, if this service started it, the embedded database */
  close(): Promise<void>;
}

/** Connections that are idle or slow to say what they want are not kept. */
const REQUEST_LIMIT_MS = 60_000;

/**
 * Starts the service: database, migrations, queue, GraphQL, workers.
 *
 * @param options  what takes the place of the environment's settings
 * @throws with one sentence that says what to do
 */
export async function serve(options: Partial<Config> = {}): Promise<Service> {
  const asked: Config = { ...configFrom(process.env), ...options };
  let embedded: EmbeddedPostgres | undefined;
  let app: NestExpressApplication | undefined;
  try {
    embedded = asked.databaseUrl ? undefined : await embeddedPostgres(path.join(asked.data, 'pg'));
    const config: Config = { ...asked, databaseUrl: asked.databaseUrl ?? embedded?.url };
    await Promise.all([migrate(config.databaseUrl!), migrateQueue(config)]);
    const log = createLogger(config);
    app = await NestFactory.create<NestExpressApplication>(AppModule.with(config, log), { logger: nestLogger(log), bodyParser: false, abortOnError: false });
    const keys = app.get(ApiKeysService);
    const adminKey = await keys.ensureAdmin(config.adminKey);
    mountHttp(app, authenticate(keys, config.demo), config);
    await app.listen(config.port, config.host);
    const server = app.getHttpServer();
    server.requestTimeout = REQUEST_LIMIT_MS;
    const { port } = server.address() as AddressInfo;
    const host = config.host.includes(':') ? `[${config.host}]` : config.host;
    const close = async (): Promise<void> => {
      server.closeIdleConnections();
      await app!.close();
      await embedded?.stop();
    };
    return { url: `http://${host}:${port}`, config, app, adminKey, close };
  } catch (error) {
    await app?.close().catch(() => undefined);
    await embedded?.stop();
    throw new Error(listenFailure(error, asked) ?? startFailure(error, asked.databaseUrl), { cause: error });
  }
}

function listenFailure(error: unknown, { port, host }: Config): string | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== 'listen') return undefined;
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is taken; stop what listens there, or set PORT to another one`;
  return `cannot listen on ${host}:${port}: ${code}; set HOST and PORT`;
}
