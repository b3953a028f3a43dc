import { categoriesVisited, countProcess, orders } from '../stats/simulate/counts-of-events.js';
import { latencyProcess } from '../stats/simulate/latencies.js';
import { ratioProcess } from '../stats/simulate/ratios.js';
import { adjustedRevenueProcess, cappedRevenueProcess, normalProcess, revenueProcess, winsorisedRevenueProcess } from '../stats/simulate/revenue.js';
import { adjustedShareProcess, funnelProcess, rareAdjustedProcess, shareProcess } from '../stats/simulate/shares.js';
import type { TwoArmProcess } from '../stats/simulate/two-arm-truth.js';
import { coverageRow } from './coverage.js';
import type { Row } from './row.js';

/** Of a ratio, as the metric `log(revenue / visits)`. */
const logged = <Arm>(process: TwoArmProcess<Arm>): TwoArmProcess<Arm> => ({ ...process, control: Math.log(process.control), treatment: Math.log(process.treatment) });
const NAMES = ['revenue', 'visits'] as const;

const counts: Row[] = ([['count', orders, 10, 0.99], ['count_distinct', categoriesVisited, 4, 0.95]] as const).flatMap(([kind, model, cap, quantile]) => [
  coverageRow({ kind, reduction: 'plain', process: countProcess(model, 500, 'none'), brief: 40 }),
  coverageRow({ kind, reduction: 'covariate', process: countProcess(model, 500, 'pre'), brief: 40 }),
  coverageRow({ kind, reduction: 'covariates', process: countProcess(model, 500, 'attributes'), brief: 40 }),
  coverageRow({ kind, reduction: 'cap', process: countProcess(model, 500, 'none', { at: cap }), brief: 40 }),
  coverageRow({ kind, reduction: 'winsorise', process: countProcess(model, 500, 'none', { quantile }), brief: 40 }),
]);

/** Fixed-horizon coverage of 95 % intervals, for every metric kind and variance reduction that a plan may have. */
export const coverageRows: readonly Row[] = [
  coverageRow({ kind: 'mean', reduction: 'plain', estimators: ['welch'], process: normalProcess, brief: 400 }),
  coverageRow({ kind: 'mean', reduction: 'plain', process: revenueProcess([20_000, 20_000]), brief: 40 }),
  ...[1000, 3000].map((units) => coverageRow({ kind: 'mean', reduction: 'plain', process: revenueProcess([units, units]), brief: 40, isGated: false })),
  ...[1000, 3000, 10_000].map((units) => coverageRow({ kind: 'mean', reduction: 'plain', process: revenueProcess([9 * units, units]), brief: 40, isGated: false })),
  coverageRow({ kind: 'mean', reduction: 'plain', process: revenueProcess([270_000, 30_000]), brief: 10 }),
  coverageRow({ kind: 'mean', reduction: 'covariate', estimators: ['lin'], process: adjustedRevenueProcess(500, 'pre'), brief: 40 }),
  coverageRow({ kind: 'mean', reduction: 'covariates', process: adjustedRevenueProcess(500, 'attributes'), brief: 40 }),
  coverageRow({ kind: 'mean', reduction: 'cap', process: cappedRevenueProcess(5000, 150), brief: 40 }),
  coverageRow({ kind: 'mean', reduction: 'winsorise', process: winsorisedRevenueProcess(5000, 0.99), brief: 40 }),

  coverageRow({ kind: 'proportion', reduction: 'plain', estimators: ['two_proportions'], process: shareProcess('conversion', [500, 700], 0.3, 0.2), brief: 400 }),
  coverageRow({ kind: 'proportion', reduction: 'plain', process: shareProcess('rare conversion', [10_000, 10_000], 0.01, 0.1), brief: 400 }),
  ...[1000, 3000].map((units) => coverageRow({ kind: 'proportion', reduction: 'plain', process: shareProcess('rare conversion', [units, units], 0.01, 0.1), brief: 500, isGated: false })),
  coverageRow({ kind: 'proportion', reduction: 'plain', process: shareProcess('rare conversion', [90_000, 10_000], 0.01, 0.1), brief: 400 }),
  coverageRow({ kind: 'proportion', reduction: 'covariate', process: rareAdjustedProcess(10_000, 0.1), brief: 500 }),
  coverageRow({ kind: 'proportion', reduction: 'covariate', process: adjustedShareProcess(500, 1), brief: 40 }),
  coverageRow({ kind: 'proportion', reduction: 'covariates', process: adjustedShareProcess(500, 4), brief: 40 }),

  ...counts,

  coverageRow({ kind: 'ratio', reduction: 'plain', estimators: ['ratio'], process: ratioProcess(500, 'none'), brief: 40 }),
  coverageRow({ kind: 'ratio', reduction: 'covariate', process: ratioProcess(500, 'pre'), brief: 40 }),
  coverageRow({ kind: 'ratio', reduction: 'covariates', process: ratioProcess(500, 'attributes'), brief: 40 }),
  coverageRow({ kind: 'ratio', reduction: 'cap', process: ratioProcess(500, 'capped'), brief: 40 }),
  coverageRow({ kind: 'ratio', reduction: 'cap', process: ratioProcess(500, 'capped, pre'), brief: 40 }),
  coverageRow({ kind: 'ratio', reduction: 'winsorise', process: ratioProcess(500, 'winsorised'), brief: 40 }),

  coverageRow({ kind: 'expression', reduction: 'plain', process: logged(ratioProcess(500, 'none', NAMES)), brief: 40 }),
  coverageRow({ kind: 'expression', reduction: 'covariate', process: logged(ratioProcess(500, 'pre', NAMES)), brief: 40 }),
  coverageRow({ kind: 'expression', reduction: 'covariates', process: logged(ratioProcess(500, 'attributes', NAMES)), brief: 40 }),

  coverageRow({ kind: 'quantile', reduction: 'plain', estimators: ['quantile'], process: latencyProcess(400, 0.5, 'units'), brief: 40 }),
  coverageRow({ kind: 'quantile', reduction: 'plain', process: latencyProcess(1000, 0.9, 'order statistics'), brief: 500 }),
  coverageRow({ kind: 'quantile', reduction: 'plain', process: latencyProcess(10_000, 0.99, 'order statistics'), brief: 500 }),

  ...(['retention', 'funnel'] as const).flatMap((kind) => [
    coverageRow({ kind, reduction: 'covariate', process: adjustedShareProcess(500, 1), brief: 40 }),
    coverageRow({ kind, reduction: 'covariates', process: adjustedShareProcess(500, 4), brief: 40 }),
  ]),
  coverageRow({ kind: 'retention', reduction: 'plain', process: shareProcess('retention', [1000, 1000], 0.2, 0.1), brief: 400 }),
  coverageRow({ kind: 'funnel', reduction: 'plain', process: funnelProcess(1500, [0.6, 0.5, 0.4], 0.1), brief: 400 }),
];
