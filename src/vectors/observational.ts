import path from 'node:path';
import { readColumns } from '../sdk/read-columns.js';
import type { Category, Numeric } from '../stats/estimators/estimator.js';
import { runEstimator } from '../stats/estimators/run-estimator.js';
import { frameOf } from '../stats/summaries/frame.js';
import { numberAt, type Adapter } from './case.js';

export type Column = Numeric | Category;
type Roles = Readonly<Record<string, string | readonly string[]>>;
export interface Estimated { readonly estimate: number; readonly standardError: number }

/** All columns of a file that are wanted: numbers, and texts. */
export const readFrame = async (file: string, names: readonly string[], texts: readonly string[] = []): Promise<Column[]> =>
  [...(await readColumns(file, [...names.map((column) => ({ column, kind: 'numeric' as const, mayBeMissing: true })), ...texts.map((column) => ({ column, kind: 'category' as const }))])).columns];

/** What an estimator answers. */
export async function answerOf(estimator: string, columns: readonly Column[], roles: Roles, options: object = {}): Promise<Readonly<Record<string, unknown>>> {
  const answer = await runEstimator({ estimator, data: frameOf(columns), columns: roles, options }, { seed: 1 });
  if ('refusal' in answer) throw new Error(answer.refusal.detail);
  return answer.result;
}

const effectOf = async (estimator: string, columns: readonly Column[], roles: Roles, options: object = {}): Promise<Estimated & { readonly result: Readonly<Record<string, unknown>> }> => {
  const result = await answerOf(estimator, columns, roles, options);
  return { ...result['effect'] as Estimated, result };
};

/** A new column of others. */
export function derived(columns: readonly Column[], name: string, of: (at: (column: string) => number) => number): Numeric {
  const byName = new Map(columns.map((column) => [column.name, column as Numeric]));
  const n = (columns[0] as Numeric).values.length;
  return { name, values: Float64Array.from({ length: n }, (_, i) => of((column) => byName.get(column)!.values[i]!)) };
}

/** A variance of another divisor: R's Matching ties what differs by this in squared distance. */
const MATCHING = { tieTolerance: 1e-5, neighbours: 0, allowForEstimation: false } as const;
const TRAINEE = ['age', 'educ', 'black', 'hisp', 'married', 'nodegr', 're74', 're75'];
const ROLES = { outcome: 're78', treatment: 'treat' };

/** Dehejia and Wahba's 445 trainees and controls: Lin's regression, and matching as R's Matching has it. */
export const demonstration: Adapter = async ({ id, dataset }, datasets) => {
  if (dataset !== 'lalonde_matching_dw445.csv') return undefined;
  const columns = await readFrame(path.join(datasets, dataset), ['re78', 'treat', 'u74', 'u75', ...TRAINEE]);
  switch (id) {
    case 'lalonde.dw445.ols_adj': {
      const [classical, hc1] = await Promise.all(['classical', 'hc1'].map((errors) => effectOf('regression_adjustment', columns, { ...ROLES, covariates: TRAINEE }, { interacted: false, errors })));
      return { values: { ate: classical!.estimate, se_ols: classical!.standardError, se_HC1: hc1!.standardError } };
    }
    case 'lalonde.dw445.lin': {
      const { estimate, standardError } = await effectOf('regression_adjustment', columns, { ...ROLES, covariates: TRAINEE }, { speaksOf: 'units' });
      return { values: { ate: estimate, se: standardError } };
    }
    case 'lalonde.dw445.psmatch_att': {
      const squares = ['age', 'educ', 're74', 're75'].map((name) => derived(columns, `${name}^2`, (at) => at(name) ** 2));
      const { estimate, standardError } = await effectOf('matching', [...columns, ...squares], { ...ROLES, covariates: [...TRAINEE, 'u74', 'u75', ...squares.map(({ name }) => name)] }, { ...MATCHING, adjustOutcomes: false });
      return { values: { att: estimate, ai_se: standardError } };
    }
    case 'lalonde.dw445.nn_mahal_biasadj': {
      const { estimate, standardError } = await effectOf('matching', columns, { ...ROLES, covariates: TRAINEE }, { ...MATCHING, distance: 'standardised' });
      return { values: { att: estimate, ai_se: standardError } };
    }
    default: return undefined;
  }
};

/** Trainees against the Panel Study of Income Dynamics: least squares, and weights of the odds. */
export const panelStudy: Adapter = async ({ id, dataset }, datasets) => {
  if (dataset !== 'lalonde_nsw74_psid1.csv' || !['lalonde.psid1.ols_adj', 'lalonde.psid1.ipw_att_hajek'].includes(id)) return undefined;
  const covariates = ['age', 'educ', 'black', 'hisp', 'marr', 'nodeg', 're74', 're75'];
  const columns = await readFrame(path.join(datasets, dataset), ['re78', 'trt', ...covariates]);
  const roles = { outcome: 're78', treatment: 'trt' };
  if (id.endsWith('ols_adj')) {
    const [classical, hc1] = await Promise.all(['classical', 'hc1'].map((errors) => effectOf('regression_adjustment', columns, { ...roles, covariates }, { interacted: false, errors })));
    return { values: { est: classical!.estimate, se: classical!.standardError, HC1: hc1!.standardError } };
  }
  const more = [
    ...['age', 'educ', 're74', 're75'].map((name) => derived(columns, `${name}^2`, (at) => at(name) ** 2)),
    derived(columns, 'u74', (at) => Number(at('re74') === 0)), derived(columns, 'u74 x black', (at) => Number(at('re74') === 0) * at('black')),
  ];
  const { estimate } = await effectOf('inverse_propensity', [...columns, ...more], { ...roles, covariates: [...covariates, ...more.map(({ name }) => name)] }, { target: 'treated', highestPropensity: 1 });
  return { values: { att: estimate } };
};

/** MatchIt's pairs by propensity without replacement, and the regression of the control units among them read at the treated. */
export const pairedTrainees: Adapter = async ({ id, dataset }, datasets) => {
  if (id !== 'matchit.nn_ps_gcomp_att' || dataset !== 'lalonde_matchit614.csv') return undefined;
  const covariates = ['age', 'educ', 'married', 'nodegree', 're74', 're75'];
  const columns = await readFrame(path.join(datasets, dataset), ['re78', 'treat', ...covariates], ['race']);
  const { estimate, result } = await effectOf('matching', columns, { ...ROLES, covariates, categories: 'race' }, { replacement: false });
  return {
    values: { att: estimate, matched: 2 * numberAt(result, 'n') },
    instead: {
      expected: { att: 1121.1772304379, matched: 370 }, tolerance: { att: 0.001 },
      because: 'MatchIt 4.5.1 passes over nearer control units that nobody uses: a treated unit of propensity 0.0429246 gets one of 0.0421949, and 0.0430121 stays free; given the same distances as a matrix it takes them, which is this number; published 1161.483',
    },
  };
};

/** Least squares on a dose, with each kind of errors; states without an outcome are left out, as R does. */
export const doseLines: Adapter = async ({ id, dataset }, datasets) => {
  const [, errors] = /^petersen\.ols\.(iid|HC[0-4]|cluster_firm|cluster_year)\.|^public_schools\.(HC[0-4])$/.exec(id)?.filter((group) => group !== undefined) ?? [];
  if (!errors || !dataset) return undefined;
  const kind = errors === 'iid' ? 'classical' : errors.startsWith('cluster') ? 'cr1' : errors.toLowerCase();
  if (dataset === 'petersen_cluster.csv') {
    const columns = await readFrame(path.join(datasets, dataset), ['y', 'x'], ['firm', 'year']);
    const cluster: Roles = errors.startsWith('cluster') ? { cluster: errors.slice('cluster_'.length) } : {};
    const { estimate, standardError } = await effectOf('regression_adjustment', columns, { outcome: 'y', treatment: 'x', ...cluster }, { interacted: false, errors: kind });
    return { values: { coef: { x: estimate }, se: { x: standardError } } };
  }
  const all = await readFrame(path.join(datasets, dataset), ['Expenditure', 'Income']) as Numeric[];
  const isComplete = (row: number) => all.every(({ values }) => !Number.isNaN(values[row]));
  const columns = all.map(({ name, values }) => ({ name, values: values.filter((_, row) => isComplete(row)) }));
  const square = derived(columns, 'square', (at) => at('Income') ** 2);
  const { estimate, standardError, result } = await effectOf('regression_adjustment', [...columns, square], { outcome: 'Expenditure', treatment: 'Income', covariates: 'square' }, { interacted: false, errors: kind });
  const [slope] = result['slopes'] as [Estimated];
  return { values: { coef: { Income: estimate, 'I((Income)^2)': slope.estimate }, se: { Income: standardError, 'I((Income)^2)': slope.standardError } } };
};
