select g.unit, g.stamp, c.cell, c.planned as arm,
  case when g.e0 = 1 then 3 when g.lowest <> g.highest then 1 when c.planned < 0 then 2 else 0 end as status, g.x0, g.l0
from (
  select unit, cast((earliest // 4) as bigint) + 1772400000000000 as stamp, cast(mod(earliest, 4) as bigint) as cell, lowest, highest, e0, x0, l0
  from (
    select unit,
      min(position) as earliest,
      min(rank) as lowest,
      max(rank) as highest,
      max(e0) as e0,
      min(struct_pack(k0 := position, x := x0)).x as x0,
      min(struct_pack(k0 := position, k1 := l0, x := l0)).x as l0
    from (
      select unit, (stamp - 1772400000000000) * 4 + cell as position, rank, e0, x0, l0
      from (
        select r.unit, r.stamp, c.cell, c.rank, r.e0, r.x0, r.l0
        from (select
  "user ""id""" as unit,
  "arm" as arm,
  epoch_us(timezone('Europe/Berlin', cast("ts" as timestamp))) as stamp,
  coalesce(cast("country" as varchar), '(none)') as s0,
  cast("age" as double) as x0,
  cast("country" as varchar) as l0,
  case when case when "is_bot" then 1 when not "is_bot" then 0 end = 1 then 1 else 0 end as e0
from "exposures" as t
where epoch_us(timezone('Europe/Berlin', cast("ts" as timestamp))) is null or (epoch_us(timezone('Europe/Berlin', cast("ts" as timestamp))) >= 1772323200000000 and epoch_us(timezone('Europe/Berlin', cast("ts" as timestamp))) <= 1773964800000000)) as r
        join assay_cells as c on c.arm = r.arm and c.s0 = r.s0
        where r.unit is not null and r.arm is not null
      ) as j
    ) as k
    group by unit
  ) as m
) as g
join assay_cells as c on c.cell = g.cell
