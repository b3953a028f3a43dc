import { isRefusal, refuse, type Refusal } from '../refusal.js';
import { categoryOfNumeric, type Frame } from '../summaries/frame.js';
import { OptionsError, type Category, type EstimationContext, type Estimator, type Numeric, type Role } from './estimator.js';
import { featureFault } from './feature-fault.js';
import { estimators } from './index.js';

/** What to estimate: an estimator by name, and which columns play its roles. */
export interface EstimateRequest {
  readonly estimator: string;
  readonly data: Frame;
  /** role -> column, or columns where several may play it */
  readonly columns: Readonly<Record<string, string | readonly string[]>>;
  readonly options?: unknown;
}

export type EstimateAnswer =
  | { readonly estimator: string; readonly options: Readonly<Record<string, unknown>>; readonly result: Readonly<Record<string, unknown>> }
  | { readonly estimator: string; readonly options: Readonly<Record<string, unknown>>; readonly refusal: Refusal };

/** The registered estimator of this name. @throws OptionsError that lists the names */
export function estimatorNamed(name: string): Estimator {
  const found = estimators.find((estimator) => estimator.name === name);
  if (!found) throw new OptionsError(`estimator must be one of ${estimators.map((estimator) => estimator.name).join(', ')}; got "${name}"`, ['estimator']);
  return found as unknown as Estimator;
}

/**
 * Validates, runs, and holds the estimator to its word: every number of the answer is finite, or it is a refusal.
 * @throws OptionsError when options or columns are wrong
 */
export async function runEstimator(request: EstimateRequest, context: EstimationContext): Promise<EstimateAnswer> {
  const estimator = estimatorNamed(request.estimator);
  const parsed = estimator.options.safeParse(request.options ?? {});
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    throw new OptionsError(`options${path.map((key) => `.${key}`).join('')}: ${issue.message}`, ['options', ...path]);
  }
  const options = parsed.data;
  const data = dataOf(estimator, request);
  const answer = badColumn(estimator, data)
    ?? await estimator.estimate(data as never, options, context);
  if (isRefusal(answer)) return { estimator: estimator.name, options, refusal: answer };
  if (!allFinite(answer)) {
    return { estimator: estimator.name, options, refusal: refuse('numerical_failure', `${estimator.name} came to a number that is not finite`, 'Rescale the columns; if that does not help, report it as a bug.') };
  }
  return { estimator: estimator.name, options, result: answer };
}

type Column = Numeric | Category;

/** Refuses fewer than two rows, values that are not finite, missing ones where the role does not allow them, weights that are all 0, and a single cluster. */
export function badColumn(estimator: Pick<Estimator, 'name' | 'data'>, data: Readonly<Record<string, Column | readonly Column[] | undefined>>): Refusal | null {
  const all = Object.values(data).flatMap((column) => [column ?? []].flat() as Column[]);
  const rows = all.reduce((least, column) => Math.min(least, ('values' in column ? column.values : column.codes).length), Infinity);
  if (rows < 2) return refuse('too_few_units', `${estimator.name} needs at least 2 rows with a value in every column that may not be missing; got ${rows}`, 'Bring more rows, or fill in the values that are missing.');
  for (const [role, { mayBeMissing }] of Object.entries(estimator.data)) {
    const isGood = (value: number) => Number.isFinite(value) || (mayBeMissing === true && Number.isNaN(value));
    const bad = [data[role] ?? []].flat().find((column: Column) => ('values' in column ? !column.values.every(isGood) : !mayBeMissing && column.codes.includes(-1)));
    if (bad) return refuse('not_finite', `${estimator.name} needs finite values; column ${bad.name} has NaN or infinite ones`, 'Leave out the rows without a value, or fill them before.');
  }
  const { weight, cluster } = data as Readonly<Record<string, Column | undefined>>;
  if (weight && 'values' in weight && weight.values.every((value) => value === 0)) {
    return refuse('too_few_units', `${estimator.name} needs rows with weight; every value of ${weight.name} is 0`, 'Repair the weights, or leave the role weight out: every row then counts the same.');
  }
  if (cluster && 'codes' in cluster && cluster.codes.every((code) => code === cluster.codes[0])) {
    return refuse('too_few_units', `${estimator.name} needs at least 2 clusters; column ${cluster.name} has 1`, 'Bring rows of more clusters, or leave the role cluster out where units are independent.');
  }
  return null;
}

/** The columns that play the roles of an estimator or planner. @throws OptionsError for a role or column that is not there */
export function dataOf(estimator: Pick<Estimator, 'name' | 'data'>, { columns, data }: Pick<EstimateRequest, 'columns' | 'data'>): Record<string, Column | readonly Column[] | undefined> {
  const unknown = Object.keys(columns).find((role) => !(role in estimator.data));
  if (unknown) throw new OptionsError(`columns must name roles of ${estimator.name} (${Object.keys(estimator.data).join(', ')}); got "${unknown}"`, ['columns', unknown]);
  const fault = featureFault(columns);
  if (fault) throw new OptionsError(`columns.${fault.role} ${fault.message}`, ['columns', fault.role]);
  return Object.fromEntries(Object.entries(estimator.data).map(([name, role]) => [name, roleColumns(name, role, columns[name], data)]));
}

function roleColumns(name: string, role: Role, given: string | readonly string[] | undefined, data: Frame): Column | readonly Column[] | undefined {
  const names = given === undefined ? [] : typeof given === 'string' ? [given] : given;
  if (role.required && names.length === 0) throw new OptionsError(`columns.${name} must name a column: ${role.description}`, ['columns', name]);
  if (!role.many && names.length > 1) throw new OptionsError(`columns.${name} takes one column; got ${names.join(', ')}`, ['columns', name]);
  const found = names.map((column) => columnAs(role, name, column, data));
  return role.many ? found : found[0];
}

function columnAs({ kind }: Role, role: string, name: string, { columns }: Frame): Column {
  const column = columns.get(name);
  if (!column) throw new OptionsError(`columns.${role} names ${name}, which the data do not have; columns are ${[...columns.keys()].join(', ')}`, ['columns', role]);
  if (kind === 'category') return 'values' in column ? categoryOfNumeric(column) : column;
  if (!('values' in column)) throw new OptionsError(`columns.${role} must be numeric; ${name} holds text such as "${column.levels[0] ?? ''}"`, ['columns', role]);
  return column;
}

/** Whether every number in a result is finite. */
export function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  return Object.values(value).every(allFinite);
}
