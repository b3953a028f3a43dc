const LOOK_EVERY_MS = 500;

interface Look { readonly claim: string | null; readonly cancelRequested: boolean }

/** A signal that is aborted when the row is cancelled, when another worker has claimed it, or when `shutdown` is. @param look  reads the row */
export function watchClaim(look: () => PromiseLike<Look | null>, claim: string, shutdown: AbortSignal): { readonly signal: AbortSignal; stop(): void } {
  const gone = new AbortController();
  const timer = setInterval(() => {
    look().then((row) => {
      if (row?.cancelRequested) gone.abort(new Error('cancelled'));
      else if (row?.claim !== claim) gone.abort(new Error('another worker has claimed it'));
    }, () => undefined); // a database that is away for a moment is no reason to stop
  }, LOOK_EVERY_MS);
  return { signal: AbortSignal.any([gone.signal, shutdown]), stop: () => clearInterval(timer) };
}
