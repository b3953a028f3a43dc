import type { PolicyEngine } from '../stats/policy/policy-engine.js';
import { createPolicyEngine, type WorkerPolicyEngine } from './policy-engine.js';

let shared: Promise<WorkerPolicyEngine> | undefined;

/** The engine of this process; the kernel is loaded when a tree is first searched, and idle threads do not keep the process alive. */
export const sharedPolicyEngine: PolicyEngine = {
  name: 'workers',
  rootValues: async (...given) => (await engine()).rootValues(...given),
};

function engine(): Promise<WorkerPolicyEngine> {
  shared ??= createPolicyEngine();
  shared.catch(() => { shared = undefined; });
  return shared;
}
