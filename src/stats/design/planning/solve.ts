/** Where power reaches its target, or how far it gets. */
export interface Solution {
  readonly value: number;
  readonly isReached: boolean;
  /** power at `value` */
  readonly power: number;
}

/** No plan asks for more randomisation units. */
export const MOST_UNITS = 1e13;
/** A fraction of a unit in ten billion decides nothing. */
const RELATIVE_WIDTH = 1e-11;
/** Every fourth step halves the bracket, so that this many always end. */
const MOST_STEPS = 240;

/**
 * Fewest units at which power reaches the target, not rounded.
 * @param powerAt does not fall as units grow
 */
export function solveUnits(powerAt: (units: number) => number, target: number, fewest: number): Solution {
  let low = fewest;
  if (powerAt(low) >= target) return { value: low, isReached: true, power: powerAt(low) };
  let high = low;
  while (powerAt(high) < target) {
    low = high;
    high *= 2;
    if (high > MOST_UNITS) return { value: MOST_UNITS, isReached: false, power: powerAt(MOST_UNITS) };
  }
  return bracketed(powerAt, target, low, high);
}

/**
 * Smallest effect, going out from 0 in the direction of `limit`, at which power reaches the target.
 * @param step first step to try, a standard error
 * @param limit effects that the metric allows end here; may be infinite
 */
export function solveEffect(powerAt: (effect: number) => number, target: number, step: number, limit: number): Solution {
  const sign = Math.sign(limit);
  // at the very end a proportion has no variance
  const furthest = Math.min(Math.abs(limit) * (1 - 1e-9), step * 2 ** 60);
  let near = 0;
  if (powerAt(0) >= target) return { value: 0, isReached: true, power: powerAt(0) };
  let far = Math.min(step, furthest);
  while (powerAt(sign * far) < target) {
    if (far >= furthest) return { value: sign * far, isReached: false, power: powerAt(sign * far) };
    near = far;
    far = Math.min(2 * far, furthest);
  }
  const { value, power } = bracketed((size) => powerAt(sign * size), target, near, far);
  return { value: sign * value, isReached: true, power };
}

/** Regula falsi in the Illinois form: as safe as bisection, a dozen evaluations where power is smooth. */
function bracketed(powerAt: (x: number) => number, target: number, below: number, reached: number): Solution {
  let low = below;
  let high = reached;
  let lowGap = powerAt(low) - target;
  let highGap = powerAt(high) - target;
  let power = highGap + target;
  let side = 0;
  for (let i = 0; i < MOST_STEPS && high - low > RELATIVE_WIDTH * Math.abs(high) && highGap > 0; i++) {
    const secant = high - (highGap * (high - low)) / (highGap - lowGap);
    const x = i % 4 === 3 || !(secant > low && secant < high) ? (low + high) / 2 : secant;
    const at = powerAt(x);
    if (at >= target) {
      high = x;
      highGap = at - target;
      power = at;
      if (side === 1) lowGap /= 2;
      side = 1;
    } else {
      low = x;
      lowGap = at - target;
      if (side === -1) highGap /= 2;
      side = -1;
    }
  }
  return { value: high, isReached: true, power };
}
