import { parentPort, workerData } from 'node:worker_threads';
import { power, type PlanningSpec } from '../../sdk/power.js';
import type { PlanningMessage } from './planning-message.js';

/** One plan in a thread of its own: long looks and rehearsals must not hold up other requests. */
const message: PlanningMessage = await power(workerData as PlanningSpec).then(
  (planning) => ({ planning }),
  ({ name, message: sentence, path }: Error & { path?: string | readonly (string | number)[] }) => ({ fault: { name, sentence, path: typeof path === 'string' ? path : (path ?? []).join('.') } }),
);
parentPort!.postMessage(message);
