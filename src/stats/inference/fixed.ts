import { z } from 'zod';
import type { Effect } from '../effects/effect.js';
import { studentTwoSidedTail, studentUpperQuantile, studentUpperTail } from '../numeric/student.js';
import { fiellerSet, fiellerStatistic } from './fieller.js';
import { flipPValue, flipSet } from './pair-flips.js';
import { type Alternative, type ConfidenceSet, defineInference } from './inference.js';
import { scoreSet, scoreStatistic } from './score.js';

/**
 * One look at a sample size fixed before: Student's t or normal reference.
 *
 * A lift that keeps its quotient is answered by Fieller throughout, so that its interval excludes 0 exactly when the
 * difference is significant; where the control is far from zero that is the delta method's interval.
 * Shares are answered by the score test and its inversion, so that p-value and interval agree for every null.
 * Pairs are answered by flipping their coins.
 */
export const fixed = defineInference({
  name: 'fixed',
  title: 'fixed horizon',
  anytimeValid: false,
  references: ['Welch (1947), Biometrika 34(1/2)', 'Fieller (1954), JRSS B 16(2)', 'Farrington, Manning (1990), Statistics in Medicine 9(12)', 'Koopman (1984), Biometrics 40(2)'],
  options: z.strictObject({}),
  interval(effect, alpha, alternative) {
    if (effect.pairs) return flipSet(effect, alpha, alternative);
    const critical = criticalValue(alternative === 'two_sided' ? alpha / 2 : alpha, effect.degreesOfFreedom);
    if (effect.shares) return scoreSet(effect, effect.shares, critical, alternative);
    return effect.quotient ? fiellerSet(effect.quotient, critical, alternative) : waldSet(effect, critical, alternative);
  },
  pValue(effect, nullValue, alternative) {
    if (effect.pairs) return flipPValue(effect, nullValue, alternative);
    const t = statistic(effect, nullValue);
    const df = effect.degreesOfFreedom ?? Infinity;
    switch (alternative) {
      case 'two_sided': return studentTwoSidedTail(t, df);
      case 'greater': return studentUpperTail(t, df);
      case 'less': return studentUpperTail(-t, df);
    }
  },
});

function statistic(effect: Effect, nullValue: number): number {
  if (effect.shares) return scoreStatistic(effect, effect.shares, nullValue);
  return effect.quotient ? fiellerStatistic(effect.quotient, nullValue) : (effect.estimate - nullValue) / effect.standardError;
}

/** estimate -+ multiplier x standard error; one-sided alternatives leave the other end open. */
export function waldSet({ estimate, standardError }: Effect, multiplier: number, alternative: Alternative): ConfidenceSet {
  return {
    shape: 'interval',
    lower: alternative === 'less' ? null : estimate - multiplier * standardError,
    upper: alternative === 'greater' ? null : estimate + multiplier * standardError,
  };
}

/** The last answer: an analysis asks for the same level and degrees of freedom for difference and lift. */
let last = { tail: NaN, df: NaN, value: NaN };

function criticalValue(tail: number, degreesOfFreedom: number | null): number {
  const df = degreesOfFreedom ?? Infinity;
  if (last.tail !== tail || last.df !== df) last = { tail, df, value: studentUpperQuantile(tail, df) };
  return last.value;
}
