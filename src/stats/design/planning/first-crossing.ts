import { gaussLegendre } from '../../numeric/gauss-legendre.js';
import { normalCdf, normalDensity, normalUpperTail } from '../../numeric/normal.js';

/** A sequence of looks at a standardised statistic that has independent increments. */
export interface Looks {
  /** information at each look over that at the last, increasing, the last at 1, shape (K) */
  readonly times: readonly number[];
  /** stop above this standardised value, shape (K); Infinity: never */
  readonly upper: readonly number[];
  /** stop below this standardised value, shape (K); -Infinity: never */
  readonly lower: readonly number[];
}

/** Chance to stop at each look, on either side, shape (K). */
export interface Crossing {
  readonly above: readonly number[];
  readonly below: readonly number[];
}

const RULE = gaussLegendre(6);
/** Width of a panel in standard deviations of the step between looks: with 6 points each, chances are right to 1e-7. */
const PANEL_WIDTH = 1.5;
const FEWEST_PANELS = 24;
/** What lies further from the mean than this has chance 1e-14. */
const REACH = 7.7;

/**
 * When a drifting Brownian motion, looked at K times, first leaves its boundaries: recursive integration of the density of
 * the paths that have not stopped, on Gauss-Legendre panels as fine as the step between two looks.
 * @param drift expected standardised value at the last look: effect over the standard error there
 * @see Armitage, McPherson, Rowe (1969), JRSS A 132; Jennison, Turnbull (2000), chapter 19
 */
export function firstCrossing({ times, upper, lower }: Looks, drift: number): Crossing {
  const above: number[] = [];
  const below: number[] = [];
  let alive: Density = { nodes: Float64Array.of(0), masses: Float64Array.of(1), low: 0, width: 1, size: 1 };
  let before = 0;
  for (let k = 0; k < times.length; k++) {
    const step: Step = { from: before, to: times[k]!, drift };
    above.push(sumOver(alive, (x) => normalUpperTail(standardised(upper[k]!, x, step))));
    below.push(sumOver(alive, (x) => normalCdf(standardised(lower[k]!, x, step))));
    before = times[k]!;
    if (k < times.length - 1) {
      const next = times[k + 1]!;
      alive = advance(alive, step, lower[k]!, upper[k]!, Math.sqrt((next - before) / before));
    }
  }
  return { above, below };
}

/** Chance of each path that has not stopped, at panel nodes: masses are density times quadrature weight. */
interface Density {
  readonly nodes: Float64Array;
  readonly masses: Float64Array;
  readonly low: number;
  readonly width: number;
  /** nodes a panel */
  readonly size: number;
}
interface Step { readonly from: number; readonly to: number; readonly drift: number }

/** How far the boundary z at time `to` lies from where a path at x at time `from` is expected, in standard deviations. */
const standardised = (z: number, x: number, { from, to, drift }: Step): number =>
  (z * Math.sqrt(to) - x * Math.sqrt(from) - drift * (to - from)) / Math.sqrt(to - from);

function sumOver({ nodes, masses }: Density, chance: (x: number) => number): number {
  let sum = 0;
  for (let i = 0; i < nodes.length; i++) sum += masses[i]! * chance(nodes[i]!);
  return sum;
}

/** @param scale standard deviation of the next step, in standardised units of this look */
function advance(alive: Density, step: Step, lower: number, upper: number, scale: number): Density {
  const centre = step.drift * Math.sqrt(step.to);
  const low = Math.max(lower, centre - REACH);
  const high = Math.min(upper, centre + REACH);
  if (!(high > low)) return { nodes: new Float64Array(0), masses: new Float64Array(0), low, width: 1, size: 1 };
  const own = step.from === 0 ? 1 : Math.sqrt((step.to - step.from) / step.to);
  const panels = Math.max(FEWEST_PANELS, Math.ceil((high - low) / (PANEL_WIDTH * Math.min(scale, own))));
  const width = (high - low) / panels;
  const size = RULE.nodes.length;
  const nodes = new Float64Array(panels * size);
  const masses = new Float64Array(panels * size);
  const jacobian = Math.sqrt(step.to / (step.to - step.from));
  for (let panel = 0; panel < panels; panel++) {
    for (let i = 0; i < size; i++) {
      // nodes of the rule run downwards
      const z = low + width * (panel + 0.5 - 0.5 * RULE.nodes[i]!);
      const at = panel * size + i;
      nodes[at] = z;
      masses[at] = 0.5 * width * RULE.weights[i]! * jacobian * densityAt(alive, z, step);
    }
  }
  return { nodes, masses, low, width, size };
}

/** Density of the standardised value z, over the panels within reach of one step. */
function densityAt({ nodes, masses, low, width, size }: Density, z: number, step: Step): number {
  let first = 0;
  let last = nodes.length;
  if (step.from > 0) {
    const origin = (z * Math.sqrt(step.to) - step.drift * (step.to - step.from)) / Math.sqrt(step.from);
    const reach = REACH * Math.sqrt((step.to - step.from) / step.from);
    first = Math.max(0, Math.floor((origin - reach - low) / width) * size);
    last = Math.min(last, Math.ceil((origin + reach - low) / width) * size);
  }
  const root = Math.sqrt(step.from);
  const target = z * Math.sqrt(step.to) - step.drift * (step.to - step.from);
  const deviation = Math.sqrt(step.to - step.from);
  let sum = 0;
  for (let i = first; i < last; i++) sum += masses[i]! * normalDensity((target - nodes[i]! * root) / deviation);
  return sum;
}
