select
  cast(row_number() over (order by arm collate "C", s0 collate "C") - 1 as integer) as cell,
  cast(dense_rank() over (order by arm collate "C") as integer) as rank,
  case arm when 'control' then 0 when 'o''green' then 1 else -1 end as planned,
  g.*
from (
  select arm, s0,
    count(*) as row_count, count(unit) as with_unit,
    count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at
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
  group by arm, s0
) as g
