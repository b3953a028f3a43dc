import type { BoostingEngine } from '../stats/learners/boosting/growth.js';
import { createBoostingEngine, type WorkerBoostingEngine } from './boosting-engine.js';

let shared: Promise<WorkerBoostingEngine> | undefined;

/** The boosting engine of this process; the kernel is loaded when the first model is boosted, and idle threads do not keep the process alive. */
export const sharedBoostingEngine: BoostingEngine = {
  name: 'workers',
  open: async (...given) => (await engine()).open(...given),
};

function engine(): Promise<WorkerBoostingEngine> {
  shared ??= createBoostingEngine();
  shared.catch(() => { shared = undefined; });
  return shared;
}
