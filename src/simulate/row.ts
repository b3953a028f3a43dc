import type { RandomStream } from '../stats/numeric/random.js';

export const groups = ['coverage', 'designs', 'causal forest', 'models', 'monitoring', 'group sequential', 'multiplicity', 'power', 'sample ratio'] as const;
export type Group = (typeof groups)[number];

/** A rate (or mean share) over replicates, and what it must be. */
export interface Figure {
  readonly name: string;
  /** gate, a fraction; null: shown, not held to anything */
  readonly least: number | null;
  readonly most: number | null;
}

/** One process of known truth, read by the functions that read real experiments: a row of the table. */
export interface Row {
  readonly group: Group;
  /** unique; in words, with the number of units */
  readonly name: string;
  /** entries of registries that it holds to account, such as `inference:fixed` or `metric:mean:cap` */
  readonly covers: readonly string[];
  readonly replicates: number;
  /** replicates of the short version in the test suite; 0: too slow for it */
  readonly brief: number;
  /** asked once in each process that runs the row; a replicate gives one number in [0, 1] a figure, in their order */
  prepare(): Prepared | Promise<Prepared>;
}

export interface Prepared {
  readonly figures: readonly Figure[];
  replicate(random: RandomStream): readonly number[] | Promise<readonly number[]>;
}

/** Coverage of 95 % intervals over 20,000 replicates: 3.2 binomial standard errors either way. */
export const COVERAGE = { least: 0.945, most: 0.955 } as const;
/** Errors of 5 % that are spent to the last, over 20,000 replicates. */
export const SIZE = { least: 0.045, most: 0.055 } as const;
export const REPLICATES = 20_000;
export const ALPHA = 0.05;

export const isInside = (value: number, { least, most }: Pick<Figure, 'least' | 'most'>, slack = 0): boolean =>
  value >= (least ?? -Infinity) - slack && value <= (most ?? Infinity) + slack;
