import type { ForestEngine } from '../stats/forest/forest-engine.js';
import { createForestEngine, type WorkerForestEngine } from './forest-engine.js';

let shared: Promise<WorkerForestEngine> | undefined;

/** The engine of this process; kernels are loaded when a forest is first grown, and idle threads do not keep the process alive. */
export const sharedForestEngine: ForestEngine = {
  name: 'workers',
  grow: async (...given) => (await engine()).grow(...given),
  moments: async (...given) => (await engine()).moments(...given),
  outOfBagMoments: async (...given) => (await engine()).outOfBagMoments(...given),
};

function engine(): Promise<WorkerForestEngine> {
  shared ??= createForestEngine();
  shared.catch(() => { shared = undefined; });
  return shared;
}
