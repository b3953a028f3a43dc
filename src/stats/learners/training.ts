import { isConstant } from '../forest/standardise.js';
import { refuse, type Refusal } from '../refusal.js';
import type { Features, Learner, Training } from './learner.js';

export type Task = Learner['task'];

/** Fewest rows that anything is learned from. */
const LEAST_ROWS = 2;

/**
 * What every learner needs: rows, finite outcomes that differ, labels of 0 and 1 for a classifier, weights that are not all 0, and values
 * where it does not take missing ones. Null when all is there.
 */
export function checkTraining({ name, task, takesMissing }: Omit<Learner, 'fit'>, { x, y, weight }: Training): Refusal | null {
  if (x.n !== y.length || (weight && weight.length !== y.length)) throw new RangeError(`${name} got ${x.n} rows of features and ${y.length} outcomes`);
  const used = weight ? weight.reduce((count, value) => count + (value > 0 ? 1 : 0), 0) : x.n;
  if (weight?.some((value) => !(value >= 0 && value < Infinity))) {
    return refuse('not_finite', `${name} needs finite weights of at least 0`, 'Drop or mend the rows whose weight is negative or missing.');
  }
  if (used < LEAST_ROWS) return refuse('too_few_units', `${name} needs at least ${LEAST_ROWS} rows with weight; got ${used}`, 'Collect more units.');
  if (y.some((value) => !Number.isFinite(value))) {
    return refuse('not_finite', `${name} needs a finite outcome in every row`, 'Drop or mend the rows without one.');
  }
  return checkOutcome(name, task, y, weight) ?? (takesMissing ? null : checkComplete(name, x));
}

function checkOutcome(name: string, task: Task, y: Float64Array, weight: Float64Array | undefined): Refusal | null {
  if (task === 'classification' && y.some((value) => value !== 0 && value !== 1)) {
    return refuse('unsupported_combination', `${name} classifies labels of 0 and 1; got others`, 'Code the label as 0 and 1, or ask for a regression.');
  }
  let lowest = Infinity;
  let highest = -Infinity;
  y.forEach((value, row) => {
    if (weight && weight[row] === 0) return;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  });
  return isConstant(highest - lowest, highest) ? refuse('zero_variance', `${name} has nothing to learn: every outcome is ${highest}`,
    'Use rows with different outcomes, or folds stratified by the outcome.') : null;
}

/** Null when no value is missing or infinite. */
export function checkComplete(name: string, x: Features): Refusal | null {
  const feature = x.columns.findIndex((column) => column.some((value) => !Number.isFinite(value)));
  return feature < 0 ? null : refuse('not_finite',
    `${name} needs finite values; feature ${x.names[feature]} has missing or infinite ones`,
    'Fill or drop them, or use a learner that takes missing values (boosting, forest).');
}

/** The rows `rows` of a training set, in that order. */
export function trainingOf({ x, y, weight, cluster }: Training, rows: Int32Array): Training {
  return {
    x: featuresOf(x, rows),
    y: Float64Array.from(rows, (row) => y[row]!),
    ...(weight && { weight: Float64Array.from(rows, (row) => weight[row]!) }),
    ...(cluster && { cluster: Int32Array.from(rows, (row) => cluster[row]!) }),
  };
}

export function featuresOf(x: Features, rows: Int32Array): Features {
  return { ...x, n: rows.length, columns: x.columns.map((column) => Float64Array.from(rows, (row) => column[row]!)) };
}
