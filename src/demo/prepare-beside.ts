import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DemoManifest } from './prepare.js';

/** `prepareDemo` on a thread of its own, so that the service can start meanwhile. */
export async function prepareDemoBeside(folder: string): Promise<DemoManifest> {
  const worker = new Worker(new URL('./prepare-worker.js', import.meta.url), { workerData: { folder } });
  const [manifest] = await once(worker, 'message') as [DemoManifest];
  return manifest;
}
