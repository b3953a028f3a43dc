import { bayesianRow } from './bayesian-row.js';
import { powerRows } from './power-rows.js';
import { coverageRows } from './coverage-rows.js';
import { monitoringRows } from './monitoring-rows.js';
import { groupSequentialRows } from './group-sequential-rows.js';
import { multiplicityRows } from './multiplicity-rows.js';
import { sampleRatioRows } from './sample-ratio-rows.js';
import type { Row } from './row.js';

/** Every row of the table, in its order. */
export const rows: readonly Row[] = [
  ...coverageRows, bayesianRow, ...monitoringRows, ...groupSequentialRows, ...multiplicityRows, ...powerRows, ...sampleRatioRows,
];
