select count(*) as row_count, count(unit) as with_unit, count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at
from (select "user \"id\"" as unit, toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) as stamp
from "orders" as t
where "ts" is null or (toUnixTimestamp64Micro(toDateTime64("ts", 6, 'Europe/Berlin')) < 1773964800000001)) as r
