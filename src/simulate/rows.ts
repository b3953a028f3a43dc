import { adjustedRows, derivativeRows, observationalRows } from './adjusted-rows.js';
import { bayesianRow, betaBinomialRow } from './bayesian-row.js';
import { boundedRows } from './bounded-rows.js';
import { coverageRows } from './coverage-rows.js';
import { decisionRows } from './decision-rows.js';
import { designRows } from './design-rows.js';
import { estimatorRows } from './estimator-rows.js';
import { forestRows } from './forest-rows.js';
import { groupSequentialRows } from './group-sequential-rows.js';
import { interactionRows } from './interaction-rows.js';
import { modelRows } from './model-rows.js';
import { monitoringRows } from './monitoring-rows.js';
import { multiplicityRows } from './multiplicity-rows.js';
import { powerRows } from './power-rows.js';
import type { Row } from './row.js';
import { sampleRatioRows } from './sample-ratio-rows.js';
import { targetingRows } from './targeting-rows.js';
import { upliftRows } from './uplift-rows.js';

/** Every row of the table, in its order. */
export const rows: readonly Row[] = [
  ...coverageRows, ...estimatorRows, ...designRows, ...interactionRows, ...observationalRows, ...adjustedRows, ...derivativeRows, bayesianRow, betaBinomialRow, ...forestRows, ...targetingRows, ...upliftRows, ...modelRows,
  ...monitoringRows, ...boundedRows, ...groupSequentialRows, ...multiplicityRows, ...decisionRows, ...powerRows, ...sampleRatioRows,
];
