select count(id) - count(distinct id) as duplicates,
  count(case when not isFinite(v0) then 1 end) as not_finite_0
from (select "user \"id\"" as unit, toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) as stamp, cast("revenue", 'Nullable(Float64)') as v0, "order_id" as id
from "orders" as t
where "ts" is null or (toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) < 1773964800000001)) as r
