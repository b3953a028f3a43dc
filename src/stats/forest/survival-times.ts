/** Right-censored times as steps: what survival curves are estimated on. */
export interface SurvivalTimes {
  /** ascending times of the steps, shape (steps) */
  readonly times: Float64Array;
  /** step of each row, shape (n) */
  readonly step: Int32Array;
  /** 1 where the event happened at that time, 0 where observation ended, shape (n) */
  readonly event: Uint8Array;
}

/** More distinct times than this are rounded to the means of so many groups of equal size. */
const MAX_STEPS = 512;

/**
 * Steps of times: each distinct time, or, when they are many, groups of about equal size with their mean; a time moves by less than the
 * width of its group. The last time keeps a step of its own, as the horizon has many units.
 */
export function survivalTimes(time: Float64Array, event: Uint8Array): SurvivalTimes {
  const sorted = Float64Array.from(time).sort();
  const last = sorted[sorted.length - 1]!;
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const bounds = distinct.length <= MAX_STEPS ? distinct : upperBounds(sorted.filter((value) => value < last), last);
  const step = Int32Array.from(time, (value) => firstNotBelow(bounds, value));
  const sums = new Float64Array(bounds.length);
  const counts = new Int32Array(bounds.length);
  time.forEach((value, row) => { sums[step[row]!]! += value; counts[step[row]!]!++; });
  const times = distinct.length <= MAX_STEPS ? distinct : sums.map((sum, k) => sum / counts[k]!);
  return { times, step, event };
}

function upperBounds(sorted: Float64Array, last: number): Float64Array {
  const bounds: number[] = [];
  for (let group = 1; group < MAX_STEPS; group++) {
    const bound = sorted[Math.ceil((group * sorted.length) / (MAX_STEPS - 1)) - 1]!;
    if (bounds.length === 0 || bound > bounds[bounds.length - 1]!) bounds.push(bound);
  }
  return Float64Array.from([...bounds, last]);
}

function firstNotBelow(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Most steps that splits of a survival forest are judged by. */
const SPLIT_STEPS = 255;

/** What splits see of each row: how many of at most 255 event times are not later than its own. */
export function splitTimes({ times, step, event }: SurvivalTimes): Float32Array {
  const events = Int32Array.from(step.filter((_, row) => event[row] === 1)).sort();
  const distinct = events.filter((value, i) => i === 0 || value !== events[i - 1]);
  const grid = distinct.length <= SPLIT_STEPS ? distinct
    : Int32Array.from(new Set(Array.from({ length: SPLIT_STEPS }, (_, i) => events[Math.floor((i * events.length) / SPLIT_STEPS)]!)));
  const rank = new Float32Array(times.length);
  let passed = 0;
  for (let k = 0; k < times.length; k++) {
    while (passed < grid.length && grid[passed]! <= k) passed++;
    rank[k] = passed;
  }
  return Float32Array.from(step, (k) => rank[k]!);
}
