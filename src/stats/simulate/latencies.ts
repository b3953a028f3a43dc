import { normalQuantile } from '../numeric/normal.js';
import { quantileSummaryOf } from '../summaries/sample-quantile.js';
import { QUANTILE_NEIGHBOUR_Z, type QuantileSummary } from '../summaries/quantiles.js';
import { quantileOfUnits } from './sufficient.js';
import { bothArms, type TwoArmProcess } from './two-arm-truth.js';

const SPREAD = 0.8;
const LIFT = 0.1;
const MEDIAN = 300;
const latencyAt = (u: number, factor: number): number => factor * MEDIAN * Math.exp(SPREAD * normalQuantile(u));

/** Log-normal latencies, one a unit. @param from units: drawn and sorted; order statistics: only those that the summary reads, exactly */
export const latencyProcess = (units: number, probability: number, from: 'units' | 'order statistics'): TwoArmProcess<QuantileSummary> => ({
  words: `latency: quantile ${probability} of log-normal values, one a unit; ${units} units an arm`,
  control: latencyAt(probability, 1), treatment: latencyAt(probability, 1 + LIFT),
  draw: (random) => bothArms(LIFT, (factor) => (from === 'units'
    ? quantileSummaryOf(Float64Array.from({ length: units }, () => factor * MEDIAN * Math.exp(SPREAD * random.normal())), probability)
    : quantileOfUnits(random, units, probability, QUANTILE_NEIGHBOUR_Z, (u) => latencyAt(u, factor)))),
});
