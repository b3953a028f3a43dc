import { estimators } from '../stats/estimators/index.js';
import type { Estimator } from '../stats/estimators/estimator.js';
import type { ConfidenceSet } from '../stats/inference/inference.js';
import { confounded, type ConfoundedProcess, type ConfoundedUnits } from '../stats/simulate/confounded.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import type { Row } from './row.js';

/** Rates over 1,000 replicates: two points either way are 2.9 binomial standard errors. */
const REPLICATES = 1000;
const COVERED = { least: 0.93, most: 0.97 } as const;
const SEEDS = 2 ** 32;

const registry = estimators as unknown as readonly Estimator[];

/** Learners that are right for the process, so that what is held to account is the score and its error. */
const LEARNERS = {
  plr: { outcomeLearner: { name: 'linear' }, treatmentLearner: { name: 'linear' } },
  irm: { outcomeLearner: { name: 'linear' }, treatmentLearner: { name: 'logistic' } },
  tmle: { outcomeLearner: { name: 'linear' }, treatmentLearner: { name: 'logistic' } },
  pliv: { outcomeLearner: { name: 'linear' }, treatmentLearner: { name: 'linear' }, instrumentLearner: { name: 'linear' } },
  iivm: { outcomeLearner: { name: 'linear' }, treatmentLearner: { name: 'logistic' }, instrumentLearner: { name: 'logistic' } },
  cate: { outcomeLearner: { name: 'linear' }, effectLearner: { name: 'linear' }, propensityLearner: { name: 'logistic' }, methods: ['dr'] },
  regression_adjustment: {}, inverse_propensity: {}, matching: {}, two_stage_least_squares: {}, average_derivative: { outcomeLearner: { name: 'linear' }, degree: 2 },
} as const;
/** Products of two of dose and covariates, by least squares. */
const SQUARES = { name: 'series', learner: { name: 'linear' } } as const;
type Adjusted = keyof typeof LEARNERS;

/** Coverage of the interval that an estimator answers by its own declaration. */
function adjustedRow(name: Adjusted, process: ConfoundedProcess, options: object = {}, { replicates = REPLICATES, isGated = true } = {}): Row {
  const estimator = registry.find((candidate) => candidate.name === name)!;
  return {
    group: 'coverage', name: `${name}: ${process.words}${Object.entries(options).map(([key, value]) => `; ${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`).join('')}`,
    replicates, brief: 0, covers: isGated ? [`estimator:${name}`] : [],
    prepare() {
      const truth = 'target' in options && options.target === 'treated' ? process.effectOnTreated : process.effect;
      const trims = 'beyondBounds' in estimator.options.shape ? { beyondBounds: 'trim' } : {};
      const parsed = estimator.options.parse({ ...LEARNERS[name], ...trims, ...options });
      return {
        figures: [{ name: 'effect', ...(isGated ? COVERED : { least: null, most: null }) }],
        async replicate(random) {
          const data = columnsOf(name, process.draw(random));
          const { interval: { lower, upper } } = effectOf(answered(await estimator.estimate(data as never, parsed, { seed: random.integer(SEEDS) })));
          return [Number(lower! <= truth && truth <= upper!)];
        },
      };
    },
  };
}

interface Read { readonly interval: ConfidenceSet }
interface Answered { readonly effect?: Read; readonly contrasts?: readonly { readonly average: Read }[] }

function effectOf(answer: object): Read {
  const { effect, contrasts } = answer as Answered;
  const found = effect ?? contrasts?.[0]?.average;
  if (!found) throw new Error('an answer without an effect in a simulation');
  return found;
}

function columnsOf(name: Adjusted, { outcome, treatment, instrument, covariates, cluster }: ConfoundedUnits): object {
  const numeric = (of: string, values: Float64Array) => ({ name: of, values });
  return {
    outcome: numeric('outcome', outcome), covariates: covariates.map((values, j) => numeric(`x${j}`, values)), categories: [], exact: [],
    treatment: name === 'cate' ? { name: 'treatment', codes: Int32Array.from(treatment), levels: ['0', '1'] } : numeric('treatment', treatment),
    ...(instrument && { instrument: numeric('instrument', instrument), instruments: [numeric('instrument', instrument)] }),
    ...(cluster && { cluster: { name: 'cluster', codes: cluster, levels: [] } }),
  };
}

const arms = (units: number, differs: boolean, isClustered = false): ConfoundedProcess => confounded({ units, treatment: 'arms', differs, isClustered });

/** Effects among units that were not randomised, by regression, weights and matches. */
export const observationalRows: readonly Row[] = [
  adjustedRow('regression_adjustment', arms(500, true)),
  adjustedRow('regression_adjustment', arms(500, true), { target: 'treated' }),
  adjustedRow('regression_adjustment', confounded({ units: 500, treatment: 'dose' }), { interacted: false, errors: 'hc3' }),
  adjustedRow('regression_adjustment', arms(1000, true, true)),
  adjustedRow('inverse_propensity', arms(500, true)),
  adjustedRow('inverse_propensity', arms(500, true), { target: 'treated' }),
  adjustedRow('inverse_propensity', arms(500, false), { target: 'overlap' }),
  adjustedRow('inverse_propensity', arms(1000, true), { normalisation: 'horvitz_thompson' }, { replicates: 4000 }),
  adjustedRow('inverse_propensity', arms(1000, true, true), { target: 'treated' }),
  adjustedRow('matching', arms(500, true), { target: 'treated' }),
  adjustedRow('matching', arms(500, true), { target: 'all' }),
  adjustedRow('matching', arms(500, true), { target: 'all', adjustOutcomes: false }),
  // the correction for estimated propensities is one of many units, where who they are is estimated too
  adjustedRow('matching', arms(500, true), { target: 'treated', adjustOutcomes: false }, { isGated: false }),
  adjustedRow('matching', arms(500, true), { target: 'treated', distance: 'mahalanobis' }),
  adjustedRow('matching', arms(500, true), { target: 'all', distance: 'mahalanobis', ratio: 3 }),
  adjustedRow('matching', arms(500, false), { target: 'treated', replacement: false, caliper: 0.2, distance: 'linear_propensity' }),
  adjustedRow('two_stage_least_squares', confounded({ units: 500, treatment: 'dose', isHidden: true })),
  adjustedRow('two_stage_least_squares', confounded({ units: 500, treatment: 'arms', isHidden: true })),
  adjustedRow('two_stage_least_squares', confounded({ units: 2000, treatment: 'dose', isHidden: true, isClustered: true })),
];

/** Slopes of a dose. */
export const derivativeRows: readonly Row[] = [
  adjustedRow('average_derivative', confounded({ units: 500, treatment: 'dose', differs: true }), { outcomeLearner: SQUARES }),
  adjustedRow('average_derivative', confounded({ units: 1000, treatment: 'dose', isClustered: true })),
];

/** Effects adjusted by cross-fitted learners, units independent and in clusters. */
export const adjustedRows: readonly Row[] = [false, true].flatMap((isClustered) => [
  adjustedRow('plr', confounded({ units: isClustered ? 1000 : 500, treatment: 'dose', isClustered })),
  adjustedRow('plr', confounded({ units: isClustered ? 1000 : 500, treatment: 'arms', isClustered }), { score: 'iv_type' }),
  adjustedRow('irm', confounded({ units: isClustered ? 1000 : 500, treatment: 'arms', differs: true, isClustered })),
  adjustedRow('irm', confounded({ units: isClustered ? 1000 : 500, treatment: 'arms', isClustered }), { target: 'treated' }),
  adjustedRow('tmle', confounded({ units: isClustered ? 1000 : 500, treatment: 'arms', differs: true, isClustered })),
  adjustedRow('tmle', confounded({ units: isClustered ? 1000 : 500, treatment: 'arms', isClustered }), { target: 'treated' }),
  adjustedRow('cate', confounded({ units: isClustered ? 1000 : 500, treatment: 'arms', differs: true, isClustered })),
  adjustedRow('pliv', confounded({ units: isClustered ? 1000 : 500, treatment: 'dose', isHidden: true, isClustered })),
  adjustedRow('iivm', confounded({ units: isClustered ? 1000 : 500, treatment: 'arms', isHidden: true, isClustered })),
]);
