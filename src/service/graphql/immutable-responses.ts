import { createHash } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import type { AuthenticatedRequest } from '../auth/authenticate.js';
import { BoundedCache } from '../bounded-cache.js';

/** Bytes of responses that are kept. */
const KEPT_BYTES = 64 * 2 ** 20;

/**
 * What is known of a request that may be answered from completed analyses alone.
 *
 * `settled` stays true until a resolver meets something that can still change; `immutable` becomes true when the document
 * asks for nothing but what a completed analysis fixes.
 */
export interface Settling { settled: boolean; immutable: boolean }
export type SettlingRequest = AuthenticatedRequest & { settling?: Settling };

interface Kept { readonly body: Buffer; readonly contentType: string }

/**
 * Answers again, byte for byte, what was answered from completed analyses: they never change.
 *
 * It stands behind authentication, and the role is part of the key: nobody is answered with what another role was told.
 */
export function immutableResponses() {
  const kept = new BoundedCache<Kept>(KEPT_BYTES);
  return (request: Request & SettlingRequest, response: Response, next: NextFunction): void => {
    const key = keyOf(request);
    if (!key) return next();
    const known = kept.get(key);
    if (known) {
      response.writeHead(200, { 'Content-Type': known.contentType, 'Content-Length': known.body.length, 'Cache-Control': 'no-store' });
      response.end(known.body);
      return;
    }
    const settling: Settling = { settled: true, immutable: false };
    request.settling = settling;
    const send = response.send.bind(response);
    response.send = (body: unknown) => {
      if (settling.settled && settling.immutable && response.statusCode === 200 && typeof body === 'string') {
        const bytes = Buffer.from(body);
        kept.set(key, { body: bytes, contentType: String(response.getHeader('content-type')) }, bytes.length);
      }
      return send(body);
    };
    next();
  };
}

/** undefined for whoever has no key, and for anything but a plain query by POST. */
function keyOf({ method, principal, body, headers }: Request & SettlingRequest): string | undefined {
  const { query, variables, operationName, extensions } = (body ?? {}) as Record<string, unknown>;
  if (method !== 'POST' || !principal || typeof query !== 'string' || extensions !== undefined) return undefined;
  return createHash('sha256').update(JSON.stringify([principal.role, headers.accept ?? '', query, variables ?? null, operationName ?? null])).digest('base64');
}
