import { Worker } from 'node:worker_threads';

/** What a thread posts: how far it is, in [0, 1], and a last time what it came to. */
export type ThreadMessage<Answer> = { readonly share: number } | { readonly answer: Answer };

/**
 * Long work of a built script in a thread of its own, so that this one can go on to say that it lives.
 *
 * Aborting ends the thread and all that it started, and rejects with the reason.
 * @param script below service/, without its ending: the same place from the sources and from dist
 */
export function workApart<Answer>(script: string, workerData: unknown, signal: AbortSignal, onProgress: (share: number) => void): Promise<Answer> {
  signal.throwIfAborted();
  const thread = new Worker(new URL(`../../../dist/service/${script}.js`, import.meta.url), { workerData, execArgv: [] });
  const end = (): void => { void thread.terminate(); };
  signal.addEventListener('abort', end, { once: true });
  return new Promise<Answer>((resolve, reject) => {
    thread.on('message', (message: ThreadMessage<Answer>) => ('share' in message ? onProgress(message.share) : resolve(message.answer)));
    thread.once('error', reject);
    thread.once('exit', (code) => reject(signal.aborted ? signal.reason as Error : new Error(`the thread of ${script} ended with ${code} before it answered`)));
  }).finally(() => {
    signal.removeEventListener('abort', end);
    end();
  });
}
