import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiKeysService } from './api-keys.service.js';
import type { Principal } from './roles.js';

export type AuthenticatedRequest = IncomingMessage & { principal?: Principal };

const DEMO: Principal = { name: 'demo', role: 'analyst', keyId: null };
const LOOPBACK_ADDRESS = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * Called from this machine, and not by a web page of another site or through a proxy.
 *
 * A page on the internet can send a browser to 127.0.0.1 (by a form, a WebSocket or a name that it points there), so
 * Host and Origin must be loopback too.
 */
function isLocal(request: IncomingMessage): boolean {
  const { host = '', origin } = request.headers;
  return LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '') && LOOPBACK_HOST.test(host)
    && request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined
    && (origin === undefined || LOOPBACK_HOST.test(origin.replace(/^https?:\/\//, '')));
}

/** Who sends this request; undefined when it carries no valid key. A wrong key is never taken for no key. */
export async function principalOf(keys: ApiKeysService, demo: boolean, request: IncomingMessage, authorization = request.headers.authorization): Promise<Principal | undefined> {
  if (authorization) return keys.find(/^Bearer (ak_[A-Za-z0-9_-]+)$/.exec(authorization)?.[1]);
  return demo && isLocal(request) ? DEMO : undefined;
}

export const authenticate = (keys: ApiKeysService, demo: boolean) =>
  (request: AuthenticatedRequest, _response: ServerResponse, next: (error?: unknown) => void): void => {
    principalOf(keys, demo, request).then((principal) => {
      request.principal = principal;
      next();
    }, next);
  };
