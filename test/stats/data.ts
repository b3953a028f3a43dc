import type { Numeric } from '../../src/stats/estimators/estimator.js';
import { categoryOf, frameOf, type Frame } from '../../src/stats/summaries/frame.js';

export const numericOf = (name: string, values: ArrayLike<number>): Numeric => ({ name, values: Float64Array.from(values) });

/** A frame of an arm column and numeric columns. */
export const armsFrame = (arms: readonly string[], columns: Readonly<Record<string, ArrayLike<number>>>): Frame =>
  frameOf([categoryOf('arm', arms), ...Object.entries(columns).map(([name, values]) => numericOf(name, values))]);
