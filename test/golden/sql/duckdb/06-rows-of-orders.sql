select count(*) as row_count, count(unit) as with_unit, count(stamp) as with_time, min(stamp) as first_at, max(stamp) as last_at
from (select "user ""id""" as unit, epoch_us(cast("ts" as timestamptz)) as stamp
from "orders" as t
where "ts" is null or (epoch_us(cast("ts" as timestamptz)) < 1773964800000001)) as r
