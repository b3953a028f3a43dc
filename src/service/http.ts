import type { NestExpressApplication } from '@nestjs/platform-express';
import type { authenticate } from './auth/authenticate.js';
import { altairExpress } from 'altair-express-middleware';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from './config.js';
import { immutableResponses } from './graphql/immutable-responses.js';

/** Bytes of a request: the largest plan with its SQL is far below. */
export const BODY_LIMIT = 1024 * 1024;

/** Altair builds its page with inline code; it may talk to this service and to nothing else. */
const IDE_POLICY = {
  defaultSrc: ["'self'"], scriptSrc: ["'self'", "'unsafe-inline'", "'unsafe-eval'"], styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'], fontSrc: ["'self'", 'data:'], connectSrc: ["'self'"], workerSrc: ["'self'", 'blob:'], upgradeInsecureRequests: null,
};

/** Everything that stands before Nest's own routes, in the order in which a request meets it. */
export function mountHttp(app: NestExpressApplication, authenticated: ReturnType<typeof authenticate>, config: Config): void {
  app.use('/ide', helmet({ contentSecurityPolicy: { directives: IDE_POLICY }, strictTransportSecurity: false }), altairExpress({
    endpointURL: '/graphql',
    subscriptionsEndpoint: '/graphql',
    subscriptionsProtocol: 'graphql-ws',
    initialHeaders: config.demo ? {} : { Authorization: 'Bearer ak_...' },
    initialQuery: FIRST_QUERY,
  }));
  app.use(helmet({ strictTransportSecurity: false }));
  app.use('/graphql', toIde, notKept);
  app.use(authenticated);
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.use(bodyFault);
  app.use('/graphql', immutableResponses());
}

const FIRST_QUERY = `# Ctrl+Enter runs the query. The documentation of every field is on the right.
query Experiments {
  me { name role }
  experiments(first: 10) {
    totalCount
    edges { node { key title status } }
  }
}
`;

/** Answers are for whoever asked, now. */
const notKept: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/** A person who opens the address of the interface gets the page for people. */
const toIde: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' && request.query.query === undefined && request.accepts(['json', 'html']) === 'html') response.redirect('/ide/');
  else next();
};

/** What cannot be read as JSON is refused in the shape of the errors that are expected there, with a sentence. */
const bodyFault: ErrorRequestHandler = (error: { type?: string; status?: number }, request, response, next) => {
  if (!error.type || !error.status) return next(error);
  const message = error.type === 'entity.too.large' ? `the request is larger than ${BODY_LIMIT} bytes` : 'the request is not JSON';
  if (request.path.startsWith('/ofrep/')) return void response.status(error.status).json({ key: request.path.split('/')[5] ?? '', errorCode: 'PARSE_ERROR', errorDetails: message });
  response.status(error.status).json({ errors: [{ message, extensions: { code: error.status === 413 ? 'REQUEST_TOO_LARGE' : 'BAD_REQUEST' } }] });
};

