import type { Dialect } from '../dialects/ansi.js';
import type { FrameColumn, UnitFrame } from '../unit-frame.js';
import { CELLS } from './names.js';

/** One group of units and the probabilities wanted there. */
export interface QuantileCell {
  /** index of the arm in the plan */
  readonly arm: number;
  /** index and value of a segment; null: all units of the arm */
  readonly segment: { readonly index: number; readonly value: string } | null;
  readonly column: FrameColumn;
  readonly probabilities: readonly number[];
}

/** Sample quantiles of type 7 of each cell, as arrays q0.... */
export function cellQuantiles(d: Dialect, frame: UnitFrame, cells: readonly QuantileCell[], segments: number): string {
  const names = Array.from({ length: segments }, (_, i) => `c.s${i}`);
  const columns = [...new Set(cells.map(({ column }) => column.name))];
  const select = cells.map(({ arm, segment, column, probabilities }, i) => {
    const inSegment = segment ? ` and s${segment.index} = ${d.text(segment.value)}` : '';
    return `${d.quantiles(`case when arm = ${arm}${inSegment} then ${column.name} end`, probabilities)} as q${i}`;
  });
  return `select ${select.join(',\n  ')}
from (
  select b.arm, ${[...names, ...columns.map((name) => `b.${name}`)].join(', ')}
  from (${frame.bounded}) as b join ${CELLS} as c on c.cell = b.cell
) as k`;
}
