import { estimators } from '../stats/estimators/index.js';
import type { Estimator, Numeric } from '../stats/estimators/estimator.js';
import type { ConfidenceSet } from '../stats/inference/inference.js';
import { clusteredLatencyProcess, clusterProcess, encouragementProcess, marketProcess, pairProcess, stackedArms, stratifiedProcess, stratifiedRatioProcess, type DesignProcess } from '../stats/simulate/designs.js';
import { ratioProcess } from '../stats/simulate/ratios.js';
import { adjustedRevenueProcess } from '../stats/simulate/revenue.js';
import { answered, truthOf, type ArmColumns, type TwoArmProcess } from '../stats/simulate/two-arm-truth.js';
import { COVERAGE, REPLICATES, type Row } from './row.js';

const registry = estimators as unknown as readonly Estimator[];
/** Estimators that answer with a difference and its interval: each must have a row. */
export const differenceEstimators: readonly string[] = registry.filter(({ result }) => 'difference' in result.shape).map(({ name }) => name);

/** Coverage over 1,000 replicates: 2.9 binomial standard errors either way. */
const COVERED = { least: 0.93, most: 0.97 } as const;

interface Read { readonly interval: ConfidenceSet }

const holds = ({ interval: { shape, lower, upper } }: Read, truth: number): boolean =>
  (shape === 'line' ? true : shape === 'complement' ? truth <= lower! || truth >= upper! : lower! <= truth && truth <= upper!);

/** Coverage of what an estimator answers by its own declaration; of the lift too, where it has one. */
function estimatorRow(name: string, process: DesignProcess, brief: number, options: object = {}, replicates = REPLICATES): Row {
  const estimator = registry.find((candidate) => candidate.name === name)!;
  const scales = 'lift' in estimator.result.shape ? ['difference', 'lift'] as const : ['difference'] as const;
  return {
    group: 'coverage', name: `${name}: ${process.words}${Object.entries(options).map(([key, value]) => `; ${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`).join('')}`, replicates, brief, covers: [`estimator:${name}`],
    prepare() {
      const parsed = estimator.options.parse(options);
      const truth = truthOf(process);
      return {
        figures: scales.map((scale) => ({ name: scale, ...(replicates < REPLICATES ? COVERED : COVERAGE) })),
        async replicate(random) {
          const result = answered(await estimator.estimate(process.draw(random) as never, parsed, { seed: 1 })) as Readonly<Record<string, Read>>;
          return scales.map((scale) => Number(holds(result[scale]!, truth[scale])));
        },
      };
    },
  };
}

/** Covariates as one role of many columns. */
const featuresOf = (process: TwoArmProcess<ArmColumns>): DesignProcess => {
  const names = ['x:level', 'x:past', 'x:member', 'x:noise'] as const;
  const stacked = stackedArms(process, { outcome: 'y', ...Object.fromEntries(names.map((name) => [name, name])) });
  return {
    ...stacked,
    draw(random) {
      const { outcome, treatment, ...columns } = stacked.draw(random);
      return { outcome, treatment, covariates: names.map((name) => columns[name] as Numeric), categories: [] };
    },
  };
};

/** Estimators that are no metric of a plan's schema, by their declarations. */
export const estimatorRows: readonly Row[] = [
  estimatorRow('cuped', stackedArms(adjustedRevenueProcess(500, 'pre'), { outcome: 'y', covariate: 'x:y' }), 30),
  estimatorRow('cupac', featuresOf(adjustedRevenueProcess(500, 'attributes')), 20, { learner: { name: 'linear' } }),
  estimatorRow('cupac', featuresOf(adjustedRevenueProcess(500, 'attributes')), 0, { learner: { name: 'boosting', trees: 30, maxLeaves: 7 } }, 1000),
  estimatorRow('ratio_cuped', stackedArms(ratioProcess(500, 'pre'), { numerator: 'numerator', denominator: 'denominator', numeratorBefore: 'x:numerator', denominatorBefore: 'x:denominator' }), 30),
  estimatorRow('post_stratified_mean', stratifiedProcess(1000, false), 30),
  estimatorRow('post_stratified_mean', stratifiedProcess(1000, true), 30),
  estimatorRow('post_stratified_ratio', stratifiedRatioProcess(1000, 0.08), 30),
  estimatorRow('clustered_quantile', clusteredLatencyProcess(60, 0.5, 0.1), 40, { probability: 0.5 }),
  estimatorRow('clustered_quantile', clusteredLatencyProcess(400, 0.5, 0.1), 20, { probability: 0.5 }),
  estimatorRow('clustered_quantile', clusteredLatencyProcess(1000, 0.9, 0.1), 10, { probability: 0.9 }),
  estimatorRow('cluster_difference', clusterProcess(40, 0.05), 50),
  estimatorRow('switchback', marketProcess(80, 4, 1, 0.5), 30, { burnIn: 1 }),
  estimatorRow('switchback', marketProcess(80, 3, 1, 0.5), 30, { lags: 1 }),
  estimatorRow('paired_geo', pairProcess(20, 1), 20, {}, REPLICATES),
  estimatorRow('complier_effect', encouragementProcess(600, 1), 50),
];
