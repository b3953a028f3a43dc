import { Worker } from 'node:worker_threads';
import type { Spec } from '../../sdk/spec.js';
import type { EstimateOutcome } from './estimate-outcome.js';

/** Built beside the service; the same place from the sources and from dist. */
const SCRIPT = new URL('../../../dist/service/estimators/estimate-thread.js', import.meta.url);

/** An estimate in a thread of its own, so that requests are answered meanwhile; aborting ends the thread and all that it started. */
export function estimateApart(spec: Spec, signal: AbortSignal): Promise<EstimateOutcome> {
  signal.throwIfAborted();
  const thread = new Worker(SCRIPT, { workerData: spec, execArgv: [] });
  const cancel = (): void => { void thread.terminate(); };
  signal.addEventListener('abort', cancel, { once: true });
  return new Promise<EstimateOutcome>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => reject(signal.aborted ? signal.reason as Error : new Error(`the thread of an estimate ended with ${code} before it answered`)));
  }).finally(() => {
    signal.removeEventListener('abort', cancel);
    cancel();
  });
}
