select g.unit, g.stamp, c.cell, c.planned as arm,
  case when g.e0 = 1 then 3 when g.lowest <> g.highest then 1 when c.planned < 0 then 2 else 0 end as status, g.x0, g.l0
from (
  select unit, cast(cast(floor(cast(earliest as numeric) / 4) as bigint) as bigint) + 1772400000000000 as stamp, cast(mod(earliest, 4) as bigint) as cell, lowest, highest, e0, x0, l0
  from (
    select unit,
      min(position) as earliest,
      min(rank) as lowest,
      max(rank) as highest,
      max(e0) as e0,
      (array_agg(x0 order by position, x0))[1] as x0,
      (array_agg(l0 order by position, l0 collate "C", l0))[1] as l0
    from (
      select unit, (stamp - 1772400000000000) * 4 + cell as position, rank, e0, x0, l0
      from (
        select r.unit, r.stamp, c.cell, c.rank, r.e0, r.x0, r.l0
        from (select
  "user ""id""" as unit,
  "arm" as arm,
  cast(extract(epoch from (cast("ts" as timestamp) at time zone 'Europe/Berlin')) * 1000000 as bigint) as stamp,
  coalesce(cast("country" as text), '(none)') as s0,
  cast("age" as double precision) as x0,
  cast("country" as text) as l0,
  case when case when "is_bot" then 1 when not "is_bot" then 0 end = 1 then 1 else 0 end as e0
from "exposures" as t
where cast(extract(epoch from (cast("ts" as timestamp) at time zone 'Europe/Berlin')) * 1000000 as bigint) is null or (cast(extract(epoch from (cast("ts" as timestamp) at time zone 'Europe/Berlin')) * 1000000 as bigint) >= 1772323200000000 and cast(extract(epoch from (cast("ts" as timestamp) at time zone 'Europe/Berlin')) * 1000000 as bigint) <= 1773964800000000)) as r
        join assay_cells as c on c.arm = r.arm and c.s0 = r.s0
        where r.unit is not null and r.arm is not null
      ) as j
    ) as k
    group by unit
  ) as m
) as g
join assay_cells as c on c.cell = g.cell
