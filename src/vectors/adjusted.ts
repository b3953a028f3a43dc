import path from 'node:path';
import { sharedForestEngine } from '../compute/shared-forest-engine.js';
import { readColumns } from '../sdk/read-columns.js';
import type { Numeric } from '../stats/estimators/estimator.js';
import { runEstimator } from '../stats/estimators/run-estimator.js';
import { robustRegression } from '../stats/forest/robust-regression.js';
import { stream } from '../stats/numeric/random.js';
import { isRefusal } from '../stats/refusal.js';
import { frameOf } from '../stats/summaries/frame.js';
import { fields, numberAt, type Adapter, type Answer } from './case.js';

const SEED = 1;
type Columns = Readonly<Record<string, Float64Array>>;
interface Interval { readonly lower: number; readonly upper: number }
interface Estimated { readonly estimate: number; readonly standardError: number; readonly interval: Interval }

async function read(file: string, names: readonly string[]): Promise<Columns> {
  const { columns } = await readColumns(file, names.map((column) => ({ column, kind: 'numeric' })));
  return Object.fromEntries((columns as Numeric[]).map(({ name, values }) => [name, values]));
}

async function run(estimator: string, data: Columns, columns: Readonly<Record<string, string | readonly string[]>>, options: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const frame = frameOf(Object.entries(data).map(([name, values]) => ({ name, values })));
  const answer = await runEstimator({ estimator, data: frame, columns: columns as never, options: { ...options } }, { seed: SEED, forests: sharedForestEngine });
  if ('refusal' in answer) throw new Error(answer.refusal.detail);
  return fields(answer.result);
}

/** Slope of the outcome on the first column, adjusted for the others. */
function adjusted(y: Float64Array, columns: Columns): number {
  const fit = robustRegression(y, { ...columns, intercept: new Float64Array(y.length).fill(1) }, new Float64Array(y.length).fill(1), { codes: null, count: y.length }, 0.95);
  if (isRefusal(fit)) throw new Error(fit.detail);
  return fit.coefficients[0]!.estimate;
}

const PENSION = ['age', 'inc', 'educ', 'fsize', 'marr', 'twoearn', 'db', 'pira', 'hown'];
/** As near as ours come to ranger's trees of depth 5: not honest, a third of the features in a node, large leaves. */
const RANGER = { name: 'forest', trees: 200, honestyFraction: null, sampleFraction: 0.632, minNodeSize: 30, mtry: 3 };

/** Eligibility for a 401(k) and net financial assets: raw, by least squares, by double machine learning with forests. */
export const pensions: Adapter = async ({ id, dataset }, datasets): Promise<Answer | undefined> => {
  if (dataset !== 'data401k.csv' || !['401k.diff_means', '401k.ols', '401k.dml.rf', '401k.dml.lasso'].includes(id)) return undefined;
  const data = await read(path.join(datasets, dataset), ['net_tfa', 'e401', ...PENSION]);
  if (id === '401k.ols') return { values: { est: adjusted(data['net_tfa']!, Object.fromEntries(['e401', ...PENSION].map((name) => [name, data[name]!]))) } };
  const roles = { outcome: 'net_tfa', treatment: 'e401' };
  if (id === '401k.diff_means') return { values: { est: (await differenceOfArms(data, roles)).estimate } };
  if (id === '401k.dml.lasso') return ofSeries(data, roles);
  const learners = { outcomeLearner: RANGER, treatmentLearner: RANGER, folds: 5, repetitions: 3 };
  const [linear, interactive] = await Promise.all([['plr', {}], ['irm', { beyondBounds: 'trim' }]].map(async ([name, options]) =>
    (await run(name as string, data, { ...roles, covariates: PENSION }, { ...learners, ...options as object }))['effect'] as Estimated));
  return { values: { plr: linear!.estimate, plr_se: linear!.standardError, irm: interactive!.estimate, irm_se: interactive!.standardError } };
};

/** Powers up to the third of all columns: the case does not name its five products. Its interactive model is compared with nothing: two repetitions are 7750 and 2504. */
async function ofSeries(data: Columns, roles: Readonly<Record<string, string>>): Promise<Answer> {
  const learner = { name: 'series', degree: 3, interactions: false, learner: { name: 'lasso', lambdas: 40 } };
  const { estimate, standardError } = (await run('plr', data, { ...roles, covariates: PENSION }, { outcomeLearner: learner, treatmentLearner: learner, folds: 5, repetitions: 2 }))['effect'] as Estimated;
  return { values: { plr: estimate, plr_se: standardError } };
}

async function differenceOfArms({ ...data }: Columns, { outcome, treatment }: { readonly outcome: string; readonly treatment: string }): Promise<Estimated & { readonly n: number }> {
  const arms = { name: treatment, codes: Int32Array.from(data[treatment]!), levels: ['0', '1'] };
  const answer = await runEstimator({ estimator: 'welch', data: frameOf([{ name: outcome, values: data[outcome]! }, arms]), columns: { outcome, treatment }, options: {} }, { seed: SEED });
  if ('refusal' in answer) throw new Error(answer.refusal.detail);
  return { ...(answer.result as { difference: Estimated }).difference, n: data[outcome]!.length };
}

const TRAINEE = ['age', 'educ', 'black', 'hisp', 'married', 'nodegr', 're74', 're75'];

/** Trainees of the National Supported Work demonstration: against its own controls, and against the Current Population Survey's. */
export const trainees: Adapter = async ({ id, dataset }, datasets): Promise<Answer | undefined> => {
  if (dataset === 'lalonde_matching_dw445.csv' && ['lalonde.dw445.experimental_diff', 'lalonde.dw445.ols_adj', 'dw.nsw'].includes(id)) {
    const data = await read(path.join(datasets, dataset), ['re78', 'treat', ...TRAINEE]);
    if (id.endsWith('ols_adj')) return { values: { ate: adjusted(data['re78']!, Object.fromEntries(['treat', ...TRAINEE].map((name) => [name, data[name]!]))) } };
    const { estimate, standardError, n } = await differenceOfArms(data, { outcome: 're78', treatment: 'treat' });
    return { values: id === 'dw.nsw' ? { est: estimate } : { ate: estimate, se_HC2_neyman: standardError, n } };
  }
  if (id !== 'lalonde.cps1.naive' && id !== 'dw.cps1') return undefined;
  const [nsw, cps] = await Promise.all(['nsw_mixtape.csv', 'cps_mixtape.csv'].map((file) => read(path.join(datasets, file), ['re78', 'treat'])));
  const treated = nsw!['re78']!.filter((_, i) => nsw!['treat']![i] === 1);
  const re78 = Float64Array.from([...treated, ...cps!['re78']!]);
  const { estimate, n } = await differenceOfArms({ re78, treat: re78.map((_, i) => (i < treated.length ? 1 : 0)) }, { outcome: 're78', treatment: 'treat' });
  return { values: { est: estimate, n } };
};

const X = Array.from({ length: 10 }, (_, j) => `x${j}`);
const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** EconML's design for instruments: a recommendation that 80 % of the willing follow, a hidden cause, a true effect of 10. */
function recommended(n: number): Columns {
  const random = stream(SEED);
  const x = X.map(() => Float64Array.from({ length: n }, () => random.normal()));
  const z = Float64Array.from({ length: n }, () => (random.bernoulli(0.5) ? 1 : 0));
  const hidden = Float64Array.from({ length: n }, () => 5 * random.uniform());
  const t = z.map((recommendation, i) => (random.bernoulli(recommendation === 1 ? 0.8 * logistic(0.4 * x[0]![i]! + hidden[i]!) : 0.006) ? 1 : 0));
  const y = t.map((taken, i) => 10 * taken + 2 * hidden[i]! + (x[3]![i]! > 0 ? 5 : 0) + 0.1 * random.uniform());
  return { ...Object.fromEntries(X.map((name, j) => [name, x[j]!])), z, t, y };
}

/** EconML's instrumental estimators on its design, of a known effect: by ours of the same models, pliv and iivm. */
export const recommendedTreatments: Adapter = async ({ id, expected }) => {
  if (!/^econml\.(iv\.(OrthoIV|OrthoIV_proj|LinearDRIV|LinearIntentToTreatDRIV)|dmliv)$/.test(id)) return undefined;
  const isLocal = id.endsWith('DRIV');
  const linear = { name: 'linear' };
  const { estimate, standardError } = (await run(isLocal ? 'iivm' : 'pliv', recommended(5000), { outcome: 'y', treatment: 't', instrument: 'z', covariates: X },
    isLocal ? {} : { outcomeLearner: linear, treatmentLearner: linear, instrumentLearner: linear }))['effect'] as Estimated;
  const { se } = fields(expected);
  const isPublished = typeof se === 'number';
  return {
    values: { ate: estimate, ...(isPublished && { se: standardError }) },
    instead: {
      expected: { ate: 10, ...(isPublished && { se }) }, tolerance: { ate: 2 * standardError, ...(isPublished && { se: 0.15 * se }) },
      because: `${isLocal ? 'iivm' : 'pliv'} on 5,000 rows of the design by another generator: within two of its errors of the truth, 10, and its error within 15 % of the published`,
    },
  };
};

/** CausalML's first synthetic design: Nie and Wager's setup A, a true average of 0.5. */
function easyEffect(n: number): Columns {
  const random = stream(SEED);
  const x = Array.from({ length: 8 }, () => random.fillUniform(new Float64Array(n)));
  const wave = x[0]!.map((a, i) => Math.sin(Math.PI * a * x[1]![i]!));
  const w = wave.map((value) => (random.bernoulli(Math.max(0.1, Math.min(value, 0.9))) ? 1 : 0));
  const y = wave.map((value, i) => value + 2 * (x[2]![i]! - 0.5) ** 2 + x[3]![i]! + 0.5 * x[4]![i]! + (w[i]! - 0.5) * ((x[0]![i]! + x[1]![i]!) / 2) + random.normal());
  return { ...Object.fromEntries(x.map((column, j) => [`x${j}`, column])), w, y };
}

let ofForest: Promise<Estimated> | null = null;

/** CausalML's learners on that design: their intervals miss the truth; ours is asked to hold it. */
export const syntheticLearners: Adapter = async ({ id, expected }) => {
  if (!id.startsWith('causalml.synth.')) return undefined;
  ofForest ??= run('causal_forest', easyEffect(10_000), { outcome: 'y', treatment: 'w', covariates: Array.from({ length: 8 }, (_, j) => `x${j}`) }, { trees: 500 }).then((result) => result['average'] as Estimated);
  const { estimate, interval: { lower, upper } } = await ofForest;
  return {
    values: { holds_truth: lower <= 0.5 && 0.5 <= upper },
    instead: {
      expected: { holds_truth: true },
      because: `true average 0.5; a causal forest on 10,000 rows of the design says ${estimate.toFixed(3)}, 95 % from ${lower.toFixed(3)} to ${upper.toFixed(3)}; published ${numberAt(expected, 'ate').toFixed(3)}, from ${numberAt(expected, 'lo').toFixed(3)} to ${numberAt(expected, 'hi').toFixed(3)}`,
    },
  };
};
