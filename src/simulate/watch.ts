import { contrasts } from '../stats/effects/contrast.js';
import type { Contrast, Effect } from '../stats/effects/effect.js';
import type { Outcome } from '../stats/effects/outcome.js';
import { inferences } from '../stats/inference/index.js';
import type { Inference, Look } from '../stats/inference/inference.js';
import type { RandomStream } from '../stats/numeric/random.js';
import { isRefusal, type Refusal } from '../stats/refusal.js';
import { answered } from '../stats/simulate/two-arm-truth.js';
import { emptyMoments, mergeMoments, type Moments } from '../stats/summaries/moments.js';

/** Two arms that grow from look to look. */
export interface Watched {
  /** units of each arm at each look, increasing */
  readonly looks: readonly number[];
  readonly outcome: Outcome;
  readonly outcomes: number;
  /** moments of the next units of an arm; 0: the control, 1: the treatment */
  more(random: RandomStream, units: number, arm: 0 | 1): Moments;
}

/** Reads the two arms at every look, as an analysis of all data so far does; ends when `read` says so. */
export function watch(random: RandomStream, { looks, outcome, outcomes, more }: Watched, read: (contrast: Contrast, look: number) => boolean | void): void {
  let arms: Moments[] | undefined;
  let before = 0;
  for (const [k, units] of looks.entries()) {
    const added = [more(random, units - before, 0), more(random, units - before, 1)];
    arms = (arms ?? added.map(({ columns }) => emptyMoments(columns))).map((arm, a) => mergeMoments(arm, added[a]!));
    before = units;
    if (read(answered(contrasts(arms[0]!, [arms[1]!], outcomes, outcome)[0]!), k)) return;
  }
}

/** Units of an arm at `count` looks from `first` to `last`, evenly spaced on the log scale, at least `step` apart. */
export function logLooks(first: number, last: number, count: number, step = 1): number[] {
  let before = -Infinity;
  return Array.from({ length: count }, (_, k) => before = Math.max(before + step, Math.round(first * (last / first) ** (k / (count - 1)))));
}

/** Every method of the registry. */
export const methods = inferences as unknown as readonly Inference[];

/** Options of a method as a plan binds them at a look. */
export function boundOptions({ planned, options }: Inference, stated: Record<string, unknown>, look: Look): Record<string, unknown> | Refusal {
  const bound = planned ? planned.bind(stated, look) : stated;
  return isRefusal(bound) ? bound : options.parse(bound);
}

export const answeredEffect = (contrast: Contrast, scale: 'difference' | 'lift'): Effect => answered(contrast[scale]);
