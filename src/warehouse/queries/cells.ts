import type { Plan } from '../../experiment/plan.js';
import type { Dialect } from '../dialects/ansi.js';

/**
 * The finest cells (arm x every segment) of the exposure rows, numbered in byte order of arm and segments, with their
 * row counts, and with `totals` what there is of units and times. `planned` is the index of the arm in the plan, -1 if it is not there; `rank` numbers the arms in the data.
 */
export function cells(d: Dialect, plan: Plan, exposureRows: string, { totals }: { readonly totals: boolean }): string {
  const segments = plan.segments.map((_, i) => `s${i}`);
  const timed = plan.exposures.time !== undefined;
  const order = ['arm', ...segments].map(d.byteOrder).join(', ');
  const planned = plan.arms.map((arm, i) => `when ${d.text(arm.name)} then ${i}`).join(' ');
  return `select
  cast(row_number() over (order by ${order}) - 1 as integer) as cell,
  cast(dense_rank() over (order by ${d.byteOrder('arm')}) as integer) as rank,
  case arm ${planned} else -1 end as planned,${d.rowHash ? `\n  ${d.rowHash(['arm', ...segments])} as row_hash,` : ''}
  g.*
from (
  select ${['arm', ...segments].join(', ')},
    count(*) as row_count${totals ? `, count(unit) as with_unit${timed ? ',\n    count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at' : ''}` : ''}
  from (${exposureRows}) as r
  group by ${['arm', ...segments].join(', ')}
) as g`;
}
