import type { UpliftEngine } from '../stats/uplift/forest/uplift-engine.js';
import { createUpliftEngine } from './uplift-engine.js';

/** The engine of this process; threads start when a large forest is first grown, and idle ones do not keep the process alive. */
export const sharedUpliftEngine: UpliftEngine = createUpliftEngine();
