import path from 'node:path';
import { readColumns } from '../sdk/read-columns.js';
import { testSampleRatio } from '../stats/estimators/allocation/sample-ratio.js';
import { runEstimator } from '../stats/estimators/run-estimator.js';
import { proportionContrast } from '../stats/effects/proportions.js';
import { waldSet } from '../stats/inference/fixed.js';
import { scoreStatistic } from '../stats/inference/score.js';
import { normalUpperQuantile } from '../stats/numeric/normal.js';
import { isRefusal } from '../stats/refusal.js';
import { countsOf } from '../stats/summaries/counts.js';
import { frameOf, valuesWhere } from '../stats/summaries/frame.js';
import type { Category, Numeric } from '../stats/estimators/estimator.js';
import { fields, type Adapter } from './case.js';
import { shareMoments } from './counts-and-families.js';

const columnsOf = async (file: string, ...wanted: readonly (readonly [string, 'numeric' | 'category'])[]): Promise<readonly (Numeric | Category)[]> =>
  (await readColumns(file, wanted.map(([column, kind]) => ({ column, kind })))).columns;

interface EffectAnswer { estimate: number; standardError: number; pValue: number; interval: { lower: number; upper: number } }
interface ArmAnswer { value: number; n: number }

async function compare(file: string, estimator: string, outcome: string, arm: string, options: Readonly<Record<string, unknown>>) {
  const data = frameOf(await columnsOf(file, [outcome, 'numeric'], [arm, 'category']));
  const answer = await runEstimator({ estimator, data, columns: { outcome, treatment: arm }, options }, { seed: 1 });
  if ('refusal' in answer) throw new Error(answer.refusal.detail);
  return answer.result as { control: ArmAnswer; treatment: ArmAnswer; difference: EffectAnswer; chiSquare?: number };
}

/** Hillstrom's e-mail experiment: difference in means against no e-mail, Welch standard error (HC2). */
export const hillstrom: Adapter = async ({ id, dataset, spec }, datasets) => {
  const arm = /^hillstrom\.(visit|spend|conversion)\.(Mens|Womens)$/.exec(id);
  if (!arm || dataset !== 'hillstrom.csv') return undefined;
  const outcome = String(fields(spec)['outcome']);
  const { control, treatment, difference } = await compare(path.join(datasets, dataset), 'welch', outcome, 'segment', { control: 'No E-Mail', treatment: `${arm[2]} E-Mail` });
  return { values: { ate: difference.estimate, se_hc2: difference.standardError, control: control.value, n: control.n + treatment.n } };
};

/** Cookie Cats: retention by gate, and the split. */
export const cookieCats: Adapter = async ({ id, dataset }, datasets) => {
  if (dataset !== 'cookie_cats.csv') return undefined;
  const file = path.join(datasets, dataset);
  if (id === 'cookie_cats.srm') {
    const [version] = await columnsOf(file, ['version', 'category']);
    const counts = countsOf(version as Category);
    const result = testSampleRatio(counts, new Map([...counts.keys()].map((level) => [level, 1])));
    return isRefusal(result) ? { values: {} } : { values: { chi2: result.chiSquare, p: result.pValue, counts: Object.fromEntries(counts) } };
  }
  const outcome = /^cookie_cats\.(retention_[17])$/.exec(id)?.[1];
  if (!outcome) return undefined;
  const { control, treatment, difference, chiSquare } = await compare(file, 'two_proportions', outcome, 'version', { control: 'gate_30', treatment: 'gate_40' });
  return { values: {
    p30: control.value, p40: treatment.value, diff: difference.estimate, chi2: chiSquare, p: difference.pValue, ci: waldEnds(difference),
  } };
};

/** R's prop.test has Wald's interval beside a pooled p-value; ours inverts the test. */
function waldEnds({ estimate, standardError }: { readonly estimate: number; readonly standardError: number }): [number | null, number | null] {
  const { lower, upper } = waldSet({ estimate, standardError, degreesOfFreedom: null, n: 0 }, normalUpperQuantile(0.025), 'two_sided');
  return [lower, upper];
}

/** Udacity's free-trial screener: shares of clicks, with the pooled standard error that the course uses throughout. */
export const udacity: Adapter = async ({ dataset, spec }, datasets) => {
  const { num, den } = fields(spec);
  if (dataset !== 'udacity_free_trial_screener.csv' || typeof num !== 'string' || typeof den !== 'string') return undefined;
  const [numerator, denominator, arm] = await columnsOf(path.join(datasets, dataset), [num, 'numeric'], [den, 'numeric'], ['arm', 'category']) as [Numeric, Numeric, Category];
  const total = (column: Numeric, level: string) => valuesWhere(column, arm.codes, arm.levels.indexOf(level)).reduce((a, b) => a + b, 0);
  const [control, treatment] = arm.levels.map((level) => shareMoments(total(numerator, level), total(denominator, level)));
  const contrast = proportionContrast(control!, treatment!);
  if (isRefusal(contrast) || isRefusal(contrast.difference)) return { values: {} };
  const pooled = Math.abs(contrast.difference.estimate / scoreStatistic(contrast.difference, contrast.difference.shares!, 0));
  // the course multiplies by 1.96, not by the normal quantile
  const { lower, upper } = waldSet({ ...contrast.difference, standardError: pooled }, 1.96, 'two_sided');
  return { values: { diff: contrast.difference.estimate, se_pooled: pooled, ci: [lower, upper] } };
};

/** The unadjusted comparison of trainees with the PSID: famous for being wrong, and for being easy to reproduce. */
export const lalondeNaive: Adapter = async ({ id, dataset }, datasets) => {
  if (dataset !== 'lalonde_nsw74_psid1.csv' || (id !== 'lalonde.psid1.naive' && id !== 'dw.psid1')) return undefined;
  const { control, treatment, difference } = await compare(path.join(datasets, dataset), 'welch', 're78', 'trt', {});
  return { values: { est: difference.estimate, n: control.n + treatment.n } };
};
