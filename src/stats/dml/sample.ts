import { isConstant } from '../forest/standardise.js';
import type { Features } from '../learners/learner.js';
import { refuse, type Refusal } from '../refusal.js';

/** Units of an observational study or experiment, one row each; every column of shape (n). */
export interface Sample {
  /** covariates */
  readonly x: Features;
  /** outcome */
  readonly y: Float64Array;
  /** treatment: 0 or 1, or a dose */
  readonly d: Float64Array;
  /** instrument: 0 or 1, or continuous */
  readonly z?: Float64Array;
  /** sample weights, at least 0 */
  readonly weight?: Float64Array;
  /** one way, or two, in which units belong together */
  readonly clusters: readonly Int32Array[];
}

/** Fewer in an arm teach nothing about it. */
const LEAST_IN_ARM = 5;

export const isBinary = (column: Float64Array): boolean => column.every((value) => value === 0 || value === 1);

/**
 * Refuses samples without covariates, with one that has no value, without finite values, or in which outcome, treatment or instrument do not vary; arms of a binary
 * treatment or instrument with fewer than 5 units; and, where the method needs them binary, others.
 * @param binary columns that must be 0 or 1; @param leastCovariates 0 where there is something to say without any
 */
export function checkSample(name: string, sample: Sample, binary: readonly ('d' | 'z')[], leastCovariates: 0 | 1 = 1): Refusal | null {
  const { x, y, d, z, weight } = sample;
  if (x.columns.length < leastCovariates) return refuse('unsupported_combination', `${name} needs at least 1 covariate`, 'Add covariates, or use a difference of means.');
  const empty = x.columns.findIndex((column) => column.every(Number.isNaN));
  if (empty >= 0) return refuse('zero_variance', `column ${x.names[empty]} has no value that is not missing`, 'Drop the column.');
  if (weight?.some((value) => !(value >= 0 && value < Infinity))) return refuse('not_finite', `${name} needs finite weights of at least 0`, 'Drop or mend the rows whose weight is negative or missing.');
  const columns = { y, d, ...(z && { z }) } as const;
  const words = { y: 'outcome', d: 'treatment', z: 'instrument' } as const;
  for (const key of ['y', 'd', 'z'] as const) {
    const column = columns[key];
    if (!column) continue;
    if (column.some((value) => !Number.isFinite(value))) return refuse('not_finite', `${name} needs a finite ${words[key]} in every row`, 'Drop or mend the rows without one.');
    if ((binary as readonly string[]).includes(key) && !isBinary(column)) return refuse('unsupported_combination', `${name} needs a ${words[key]} of 0 and 1; got other values`, 'Code it as 0 and 1, or use plr, pliv or a causal forest, which take a dose.');
    const arms = isBinary(column) ? smallestArm(column) : LEAST_IN_ARM;
    if (arms > 0 && arms < LEAST_IN_ARM) return refuse('too_few_units', `${name} needs at least ${LEAST_IN_ARM} units with each value of the ${words[key]}; one has ${arms}`, 'Collect more units.');
    const centre = column.reduce((sum, value) => sum + value, 0) / x.n;
    const spread = Math.sqrt(column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / x.n);
    if (!(spread < Infinity)) return refuse('not_finite', `the ${words[key]} of ${name} is too large to square`, 'Rescale the column.');
    if (isConstant(spread, centre)) return refuse('zero_variance', `the ${words[key]} of ${name} is constant`, `Bring rows with another ${words[key]}.`);
  }
  return null;
}

function smallestArm(column: Float64Array): number {
  const ones = column.reduce((sum, value) => sum + value, 0);
  return Math.min(ones, column.length - ones);
}
