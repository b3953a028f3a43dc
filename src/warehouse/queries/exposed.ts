import type { Plan } from '../../experiment/plan.js';
import type { Dialect } from '../dialects/ansi.js';
import { CELLS, EXCLUDED, MULTIPLE_ARMS, UNPLANNED_ARM, ANALYSED } from './names.js';

/**
 * One row a unit: its first exposure (earliest; of equal times the smaller arm name, then the smaller segment values)
 * and whether it is analysed. Attributes x0... are those of the first exposure.
 */
export function exposed(d: Dialect, plan: Plan, exposureRows: string, attributes: number): string {
  const timed = plan.exposures.time !== undefined;
  const segments = plan.segments.map((_, i) => `s${i}`);
  const xs = Array.from({ length: attributes }, (_, i) => `x${i}`);
  const flags = plan.exposures.exclude.map((_, i) => `e${i}`);
  const keys = timed ? ['stamp', 'cell'] : ['cell'];
  const on = ['arm', ...segments].map((name) => `c.${name} = r.${name}`).join(' and ');
  return `select g.unit, ${timed ? 'g.stamp, ' : ''}g.cell, c.planned as arm,
  case ${[
    ...flags.map((flag, i) => `when g.${flag} = 1 then ${EXCLUDED + i}`),
    `when g.lowest <> g.highest then ${MULTIPLE_ARMS}`,
    `when c.planned < 0 then ${UNPLANNED_ARM}`,
  ].join(' ')} else ${ANALYSED} end as status${xs.map((x) => `, g.${x}`).join('')}
from (
  select unit,
    ${[
      ...(timed ? ['min(stamp) as stamp', `${d.firstByTime('cell', 'stamp')} as cell`] : ['min(cell) as cell']),
      'min(rank) as lowest', 'max(rank) as highest',
      ...flags.map((flag) => `max(${flag}) as ${flag}`),
      ...xs.map((x) => `${d.firstByKeys(x, keys)} as ${x}`),
    ].join(',\n    ')}
  from (
    select r.unit, ${timed ? 'r.stamp, ' : ''}c.cell, c.rank${[...flags, ...xs].map((name) => `, r.${name}`).join('')}
    from (${exposureRows}) as r
    join ${CELLS} as c on ${on}
    where r.unit is not null
  ) as k
  group by unit
) as g
join ${CELLS} as c on c.cell = g.cell`;
}
