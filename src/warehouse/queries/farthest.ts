import type { Dialect } from '../dialects/ansi.js';
import type { FrameColumn, UnitFrame } from '../unit-frame.js';
import type { Centre } from './moment-sums.js';

/**
 * In each arm the largest distance of a unit from the mean over all arms. A query of its own: beside sums by cell and day,
 * extremes would cost four times as much as by arm alone.
 */
export function farthest(d: Dialect, frame: UnitFrame, columns: readonly FrameColumn[], centres: ReadonlyMap<string, Centre>): string {
  const distances = columns.map((column) => `max(abs(${column.name} - ${d.number(centres.get(column.name)!.mean)})) as ${farName(column)}`);
  return `select arm, ${distances.join(',\n  ')}\nfrom (${frame.bounded}) as b\ngroup by arm\norder by arm`;
}

export const farName = ({ name }: FrameColumn): string => `far_${name}`;
