import { bayesian } from './bayesian.js';
import { conditional } from './conditional-power.js';
import { equivalence } from './equivalence.js';
import { fixedHorizon } from './fixed-horizon.js';
import { groupSequential } from './group-sequential.js';
import { history } from './history.js';
import { midExperiment } from './mid-experiment.js';
import { nonInferiority } from './non-inferiority.js';
import { riskAware } from './risk-aware.js';
import { sequentialConfidence } from './sequential-confidence.js';
import { sequentialHybrid } from './sequential-hybrid.js';
import { sequentialMixture } from './sequential-mixture.js';

/** Every question that can be planned. The CLI, GraphQL and the docs derive from these declarations. */
export const planners = [
  fixedHorizon, nonInferiority, equivalence, sequentialConfidence, sequentialMixture, sequentialHybrid, groupSequential, bayesian, riskAware, conditional, midExperiment, history,
] as const;
export type PlannerName = (typeof planners)[number]['name'];
