import { randomUUID } from 'node:crypto';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { databaseFault } from '../database/database-errors.js';

/** What a fault of the infrastructure is called before a caller. */
const FAULTS = {
  unreachable: ['DATABASE_UNAVAILABLE', 'the database does not answer; nothing was changed, try again'],
  refused: ['DATABASE_UNAVAILABLE', 'the database refuses the service; tell whoever runs it'],
  missing: ['DATABASE_UNAVAILABLE', 'the database is not there; tell whoever runs it'],
  full: ['STORAGE_FULL', 'the disk of the database is full; nothing was changed, tell whoever runs it'],
} as const;

/**
 * Errors as callers see them: sentences that were meant for them as they are, anything else by a number under which the
 * log has the rest.
 */
export const formatError = (log: Logger) => (formatted: GraphQLFormattedError, raw: unknown): GraphQLFormattedError => {
  const error = unwrapResolverError(raw);
  if (error instanceof GraphQLError && formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return withoutStack(formatted);
  const fault = databaseFault(error);
  const incident = randomUUID();
  log.error({ err: error, incident }, 'request failed');
  const [code, message] = fault ? FAULTS[fault] : ['INTERNAL_SERVER_ERROR', `internal error; the log of the service has it under ${incident}`];
  return { message, ...(formatted.path && { path: formatted.path }), ...(formatted.locations && { locations: formatted.locations }), extensions: { code } };
};

const withoutStack = (formatted: GraphQLFormattedError): GraphQLFormattedError => {
  const { stacktrace: _, ...extensions } = formatted.extensions ?? {};
  return { ...formatted, extensions };
};
