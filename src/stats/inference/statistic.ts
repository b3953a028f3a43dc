import type { Effect } from '../effects/effect.js';
import { fiellerSet, fiellerStatistic } from './fieller.js';
import { waldSet } from './fixed.js';
import type { Alternative, ConfidenceSet } from './inference.js';

/** Standardised distance of the effect from a null value; by Fieller for a lift that keeps its quotient. */
export const standardised = (effect: Effect, nullValue: number): number =>
  effect.quotient ? fiellerStatistic(effect.quotient, nullValue) : (effect.estimate - nullValue) / effect.standardError;

/**
 * All null values whose standardised distance is at most `critical` in the direction of the alternative.
 * @param critical null or infinite: nothing is excluded
 */
export function notRejected(effect: Effect, critical: number | null, alternative: Alternative): ConfidenceSet {
  if (critical === null || !Number.isFinite(critical)) return { shape: 'line', lower: null, upper: null };
  return effect.quotient ? fiellerSet(effect.quotient, critical, alternative) : waldSet(effect, critical, alternative);
}

/** The standardised distance in the direction of the alternative: absolute when there are two. */
export const towards = (z: number, alternative: Alternative): number =>
  alternative === 'two_sided' ? Math.abs(z) : alternative === 'greater' ? z : -z;
