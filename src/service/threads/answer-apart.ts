import { Worker } from 'node:worker_threads';
import { mayEnd, newGate } from '../../warehouse/native-section.js';
import type { ThreadMessage, ThreadTask } from './thread-task.js';

/** How often a thread whose native code is at work is looked at, to end it. */
const LOOK_EVERY_MS = 50;

/**
 * What a built script comes to in a thread of its own, so that requests are answered, and queues told that this process lives, meanwhile.
 *
 * Aborting rejects with the reason at once, and ends the thread with all that it started as soon as no native code works for it.
 * @param script below service/, without its ending: the same place from the sources and from dist
 */
export function answerApart<Answer>(script: string, task: unknown, signal: AbortSignal, onProgress: (share: number) => void = () => {}): Promise<Answer> {
  signal.throwIfAborted();
  const gate = newGate();
  const thread = new Worker(new URL(`../../../dist/service/${script}.js`, import.meta.url), { workerData: { task, gate } satisfies ThreadTask<unknown>, execArgv: [] });
  let exited = false;
  const end = (): void => {
    if (exited) return;
    if (mayEnd(gate)) void thread.terminate();
    else setTimeout(end, LOOK_EVERY_MS).unref();
  };
  return new Promise<Answer>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    thread.on('message', (message: ThreadMessage<Answer>) => ('share' in message ? onProgress(message.share) : resolve(message.answer)));
    thread.once('error', reject);
    thread.once('exit', (code) => {
      exited = true;
      signal.removeEventListener('abort', abort);
      reject(new Error(`the thread of ${script} ended with ${code} before it answered`));
    });
  }).finally(end);
}
