import { parentPort, workerData } from 'node:worker_threads';
import type { Spec } from '../../sdk/spec.js';
import { estimateOutcome } from './estimate-outcome.js';

parentPort!.postMessage(await estimateOutcome(workerData as Spec));
