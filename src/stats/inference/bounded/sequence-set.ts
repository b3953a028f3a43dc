import type { Alternative, ConfidenceSet } from '../inference.js';

/** Ratios beyond these are not told from 0 and infinity. */
const FARTHEST_RATIO = 1e6;

/**
 * From the lowest to the highest effect that is not rejected, where only single effects can be asked about.
 * @param isRejected of a difference, or of a lift
 * @param estimate   the difference, or the ratio of the two values
 * @param width      the largest difference that is possible
 */
export function sequenceSet(isRejected: (value: number) => boolean, scale: 'difference' | 'lift', estimate: number, width: number, alternative: Alternative): ConfidenceSet {
  const [lower, upper] = scale === 'difference' ? ends((value) => value, -width, width, estimate)
    : ends((log) => Math.expm1(log), -Math.log(FARTHEST_RATIO), Math.log(FARTHEST_RATIO), Math.log(estimate));
  return {
    shape: 'interval',
    lower: alternative === 'less' ? null : lower ?? (scale === 'difference' ? -width : -1),
    upper: alternative === 'greater' ? null : upper ?? (scale === 'difference' ? width : null),
  };

  /** null: not even the farthest is rejected */
  function ends(valueOf: (at: number) => number, lowest: number, highest: number, at: number): readonly [number | null, number | null] {
    const centre = Math.min(highest, Math.max(lowest, at));
    return [lowest, highest].map((far) => outermost((point) => isRejected(valueOf(point)), far, centre)).map((end) => (end === null ? null : valueOf(end))) as [number | null, number | null];
  }
}

const NARROWING = 0.9;
const STEPS = 150;
const BISECTIONS = 50;

/** The rejected point next to what is kept, looking from afar: nothing nearer the centre can hide from it but a gap of a tenth of the distance. */
function outermost(isRejected: (at: number) => boolean, far: number, centre: number): number | null {
  if (!isRejected(far)) return null;
  let rejected = far;
  let kept = centre;
  for (let step = 1; step <= STEPS; step++) {
    const at = centre + (far - centre) * NARROWING ** step;
    if (!isRejected(at)) {
      kept = at;
      break;
    }
    rejected = at;
  }
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (rejected + kept) / 2;
    if (isRejected(middle)) rejected = middle;
    else kept = middle;
  }
  return rejected;
}
