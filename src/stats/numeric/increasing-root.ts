const { abs, max } = Math;

const MOST_DOUBLINGS = 80;
const MOST_STEPS = 200;
/** Steps of this size, relative to the bracket's first width and to the root, change no digit that is read. */
const TOLERANCE = 1e-13;

/**
 * The root of an increasing function, by widening a bracket around a guess and then Illinois regula falsi with bisection.
 * @param step first guess of how far the root lies from `guess`
 * @returns null when no bracket was found
 */
export function increasingRoot(f: (x: number) => number, guess: number, step: number): number | null {
  let low = guess;
  let high = guess;
  let fLow = f(guess);
  let fHigh = fLow;
  for (let width = step, k = 0; fLow > 0; width *= 2, k++) {
    if (k === MOST_DOUBLINGS) return null;
    [high, fHigh] = [low, fLow];
    low = guess - width;
    fLow = f(low);
  }
  for (let width = step, k = 0; fHigh < 0; width *= 2, k++) {
    if (k === MOST_DOUBLINGS) return null;
    [low, fLow] = [high, fHigh];
    high = guess + width;
    fHigh = f(high);
  }
  return bracketedRoot(f, { low, high, fLow, fHigh }, step);
}

interface Bracket { readonly low: number; readonly high: number; readonly fLow: number; readonly fHigh: number }

function bracketedRoot(f: (x: number) => number, { low, high, fLow, fHigh }: Bracket, scale: number): number | null {
  if (Number.isNaN(fLow) || Number.isNaN(fHigh)) return null;
  let side = 0;
  for (let k = 0; k < MOST_STEPS && high - low > TOLERANCE * max(scale, abs(low), abs(high)); k++) {
    const falsi = (low * fHigh - high * fLow) / (fHigh - fLow);
    const x = k % 4 !== 3 && falsi > low && falsi < high ? falsi : (low + high) / 2;
    const value = f(x);
    if (value === 0) return x;
    if (value < 0) {
      if (side === -1) fHigh /= 2;
      [low, fLow, side] = [x, value, -1];
    } else {
      if (side === 1) fLow /= 2;
      [high, fHigh, side] = [x, value, 1];
    }
  }
  return (low + high) / 2;
}
