import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import type { Config } from './config.js';

export type { Logger };
/** Token under which Nest hands the logger out. */
export const LOGGER = Symbol('logger');

/** JSON lines on standard error; keys and connection strings never get into them. */
export const createLogger = ({ logLevel }: Pick<Config, 'logLevel'>): Logger => pino({
  level: logLevel,
  base: null,
  redact: ['authorization', 'secret', 'databaseUrl', 'redisUrl', '*.authorization', '*.secret', 'req.headers.authorization', 'connectionParams.authorization'],
}, pino.destination({ dest: 2, sync: true }));

/** What Nest itself says, at the level it deserves: its account of every module is for debugging. */
export const nestLogger = (log: Logger): LoggerService => ({
  log: (message: unknown) => log.debug(String(message)),
  debug: (message: unknown) => log.debug(String(message)),
  verbose: (message: unknown) => log.trace(String(message)),
  warn: (message: unknown) => log.warn(String(message)),
  error: (message: unknown, ...rest: unknown[]) => log.error({ detail: rest.map(String) }, String(message)),
  fatal: (message: unknown) => log.fatal(String(message)),
});
