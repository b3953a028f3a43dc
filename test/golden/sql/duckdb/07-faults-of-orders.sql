select count(id) - count(distinct id) as duplicates,
  count(case when not isfinite(v0) then 1 end) as not_finite_0
from (select "user ""id""" as unit, epoch_us(cast("ts" as timestamptz)) as stamp, cast("revenue" as double) as v0, "order_id" as id
from "orders" as t
where "ts" is null or (epoch_us(cast("ts" as timestamptz)) < 1773964800000001)) as r
