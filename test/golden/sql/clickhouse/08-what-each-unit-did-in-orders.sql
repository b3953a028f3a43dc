select unit, side,
  sum(case when c0 then v0 end) as a0,
  sum(case when c1 then v0 end) as a1,
  count(case when c1 then 1 end) as a2,
  min(case when c2 then stamp end) as a3,
  groupArray(case when c3 then stamp end) as a4,
  max(case when c1 then v0 end) as a5
from (
  select unit, side, stamp, v0, p0 and f0 as c0, p1 and f0 as c1, p2 and f1 as c2, p2 and f0 as c3
  from (
    select r.*, case when u.unit is null then 2 when r.stamp < u.stamp then 0 else 1 end as side,
      (r.stamp >= u.stamp - 1209600000000 and r.stamp < u.stamp + 604800000000) as p0,
      r.stamp >= u.stamp as p1,
      (r.stamp >= u.stamp and r.stamp < u.stamp + 604800000000) as p2
    from (select unit, stamp, v0, f0, f1 from (
  select k.*, row_number() over (partition by id order by stamp, unit, v0, f0, f1) as copy
  from (select "order_id" as id, "user \"id\"" as unit, toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) as stamp, case when isFinite(cast("revenue", 'Nullable(Float64)')) then cast("revenue", 'Nullable(Float64)') end as v0, "kind" = 'o\'rder' as f0, "kind" = 'cart' as f1
from "orders" as t
where "ts" is null or (toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) >= 1771190400000000 and toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) < 1773964800000001)) as k
) as u
where id is null or copy = 1) as r
    left join assay_exposed as u on u.unit = r.unit
    where r.unit is not null and r.stamp is not null
  ) as j
  where side = 2 or p0 or p1 or p2
) as k
group by unit, side
