select count(*) as row_count, count(unit) as with_unit, count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at
from (select "user ""id""" as unit, date_part(epoch_microsecond, "ts") as stamp
from "orders" as t
where "ts" is null or (date_part(epoch_microsecond, "ts") < 1773964800000001)) as r
