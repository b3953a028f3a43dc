import { Worker } from 'node:worker_threads';

/**
 * What a built script posts first, from a thread of its own, so that requests are answered meanwhile.
 *
 * Aborting ends the thread and all that it started.
 * @param script below service/, without its ending: the same place from the sources and from dist
 */
export function answerApart<Answer>(script: string, workerData: unknown, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const thread = new Worker(new URL(`../../../dist/service/${script}.js`, import.meta.url), { workerData, execArgv: [] });
  const end = (): void => { void thread.terminate(); };
  signal.addEventListener('abort', end, { once: true });
  return new Promise<Answer>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(signal.aborted ? signal.reason as Error : new Error(`the thread of ${script} ended with ${code} before it answered`)));
  }).finally(() => {
    signal.removeEventListener('abort', end);
    end();
  });
}
