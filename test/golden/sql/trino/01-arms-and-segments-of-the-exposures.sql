select
  cast(row_number() over (order by arm, s0) - 1 as integer) as cell,
  cast(dense_rank() over (order by arm) as integer) as rank,
  case arm when 'control' then 0 when 'o''green' then 1 else -1 end as planned,
  g.*
from (
  select arm, s0,
    count(*) as row_count, count(unit) as with_unit,
    count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at
  from (select
  "user ""id""" as unit,
  "arm" as arm,
  cast(to_unixtime(with_timezone(cast("ts" as timestamp(6)), 'Europe/Berlin')) * 1000000 as bigint) as stamp,
  coalesce(cast("country" as varchar), '(none)') as s0,
  cast("age" as double) as x0,
  cast("country" as varchar) as l0,
  case when case when "is_bot" then 1 when not "is_bot" then 0 end = 1 then 1 else 0 end as e0
from "exposures" as t
where cast(to_unixtime(with_timezone(cast("ts" as timestamp(6)), 'Europe/Berlin')) * 1000000 as bigint) is null or (cast(to_unixtime(with_timezone(cast("ts" as timestamp(6)), 'Europe/Berlin')) * 1000000 as bigint) >= 1772323200000000 and cast(to_unixtime(with_timezone(cast("ts" as timestamp(6)), 'Europe/Berlin')) * 1000000 as bigint) <= 1773964800000000)) as r
  group by arm, s0
) as g
