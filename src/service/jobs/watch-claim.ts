import type { PrismaClient } from '../../generated/prisma/client.js';

const LOOK_EVERY_MS = 500;

/** A signal that is aborted when the analysis is cancelled, when another worker has claimed it, or when `shutdown` is. */
export function watchClaim(prisma: PrismaClient, id: string, claim: string, shutdown: AbortSignal): { readonly signal: AbortSignal; stop(): void } {
  const gone = new AbortController();
  const timer = setInterval(() => {
    prisma.analysis.findUnique({ where: { id }, select: { claim: true, cancelRequested: true } }).then((row) => {
      if (row?.cancelRequested) gone.abort(new Error('cancelled'));
      else if (row?.claim !== claim) gone.abort(new Error('another worker has claimed it'));
    }, () => undefined); // a database that is away for a moment is no reason to stop
  }, LOOK_EVERY_MS);
  return { signal: AbortSignal.any([gone.signal, shutdown]), stop: () => clearInterval(timer) };
}
