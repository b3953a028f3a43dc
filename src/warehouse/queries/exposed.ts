import type { Plan } from '../../experiment/plan.js';
import type { Dialect } from '../dialects/ansi.js';
import { CELLS, EXCLUDED, MULTIPLE_ARMS, UNPLANNED_ARM, ANALYSED } from './names.js';

/**
 * One row a unit: its first exposure (earliest; of equal times the smaller arm name, then the smaller segment values)
 * and whether it is analysed. Attributes x0... and l0... are those of the first exposure.
 */
export function exposed(d: Dialect, plan: Plan, exposureRows: string, attributes: { readonly numbers: number; readonly labels: number }, found: Range): string {
  const timed = plan.exposures.time !== undefined;
  const order = timed ? timeAndCell(d, found) : 'cell';
  const segments = plan.segments.map((_, i) => `s${i}`);
  const numbers = Array.from({ length: attributes.numbers }, (_, i) => `x${i}`);
  const labels = Array.from({ length: attributes.labels }, (_, i) => `l${i}`);
  const xs = [...numbers, ...labels];
  const flags = plan.exposures.exclude.map((_, i) => `e${i}`);
  const keys = ['arm', ...segments];
  const on = found.hashesDiffer && d.rowHash
    ? `c.row_hash = ${d.rowHash(keys.map((name) => `r.${name}`))}`
    : keys.map((name) => `c.${name} = r.${name}`).join(' and ');
  return `select g.unit, ${timed ? 'g.stamp, ' : ''}c.cell, c.planned as arm,
  case ${[
    ...flags.map((flag, i) => `when g.${flag} = 1 then ${EXCLUDED + i}`),
    `when g.lowest <> g.highest then ${MULTIPLE_ARMS}`,
    `when c.planned < 0 then ${UNPLANNED_ARM}`,
  ].join(' ')} else ${ANALYSED} end as status${xs.map((x) => `, g.${x}`).join('')}
from (
  select unit${timed ? `, ${d.asInteger(d.floorDivide('earliest', String(found.cells)))} + ${found.first ?? 0} as stamp, ${d.asInteger(d.modulo('earliest', String(found.cells)))} as cell` : ', earliest as cell'}, lowest, highest${[...flags, ...xs].map((name) => `, ${name}`).join('')}
  from (
    select unit,
      ${[
        'min(position) as earliest', 'min(rank) as lowest', 'max(rank) as highest',
        ...flags.map((flag) => `max(${flag}) as ${flag}`),
        ...numbers.map((x) => `${d.firstByKeys(x, ['position'])} as ${x}`),
        ...labels.map((x) => `${d.firstByKeys(x, ['position', d.byteOrder(x)])} as ${x}`),
      ].join(',\n      ')}
    from (
      select unit, ${order} as position, rank${[...flags, ...xs].map((name) => `, ${name}`).join('')}
      from (
        select r.unit, ${timed ? 'r.stamp, ' : ''}c.cell, c.rank${[...flags, ...xs].map((name) => `, r.${name}`).join('')}
        from (${exposureRows}) as r
        join ${CELLS} as c on ${on}
        where r.unit is not null and r.arm is not null
      ) as j
    ) as k
    group by unit
  ) as m
) as g
join ${CELLS} as c on c.cell = g.cell`;
}

/** First and last exposure in microseconds, how many cells there are, and whether their hashes tell them apart. */
export interface Range { readonly first: number | null; readonly last: number | null; readonly cells: number; readonly hashesDiffer: boolean }

/** Time and cell in one integer whose smallest value is the first exposure; 64 bits hold it but for very long or very fine data. */
function timeAndCell(d: Dialect, { first, last, cells }: Range): string {
  const isWide = ((last ?? 0) - (first ?? 0) + 1) * cells > 2 ** 62;
  const since = `(stamp - ${first ?? 0})`;
  return `${isWide ? d.asWideInteger(since) : since} * ${cells} + cell`;
}
