select count(*) as row_count, count(unit) as with_unit, count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at
from (select "user ""id""" as unit, cast(extract(epoch from "ts") * 1000000 as bigint) as stamp
from "orders" as t
where "ts" is null or (cast(extract(epoch from "ts") * 1000000 as bigint) < 1773964800000001)) as r
