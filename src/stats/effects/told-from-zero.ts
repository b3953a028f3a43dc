import { refuse, type Refusal } from '../refusal.js';

/** Standard errors from zero at which a value is told from it: 95 %, normal. */
export const TOLD_FROM_ZERO = 1.959963984540054;

/** Why a ratio cannot be formed; null: its denominator is told from zero. @param variance of the mean @param name of the column, where there are several */
export const denominatorRefusal = (mean: number, variance: number, name?: string): Refusal | null => (Math.abs(mean) > TOLD_FROM_ZERO * Math.sqrt(variance) ? null
  : refuse('denominator_near_zero', `a ratio needs a denominator that can be told from zero in each arm; ${name === undefined ? 'its mean is' : `${name} has mean`} ${mean}`, 'Wait for more units, or compare the numerator alone.'));
