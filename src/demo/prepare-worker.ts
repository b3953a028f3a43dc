import { parentPort, workerData } from 'node:worker_threads';
import { prepareDemo } from './prepare.js';

const { folder } = workerData as { folder: string };
parentPort!.postMessage(await prepareDemo(folder));
