import type { Dialect } from '../dialects/ansi.js';
import { ANALYSED, CELLS, DAY, EXPOSED } from './names.js';

/** Units by status, first arm and UTC day of first exposure. */
export const unitCounts = (d: Dialect, isTimed: boolean): string => `select
  u.status, c.arm, ${isTimed ? d.floorDivide('u.stamp', String(DAY)) : 'null'} as day, count(*) as units
from ${EXPOSED} as u
join ${CELLS} as c on c.cell = u.cell
group by 1, 2, 3
order by 1, 2, 3`;

/** Analysed units by finest cell. */
export const cellCounts = (): string => `select cell, count(*) as units
from ${EXPOSED}
where status = ${ANALYSED}
group by cell
order by cell`;
