select count(id) - count(distinct id) as duplicates,
  count(case when not (v0 not in ('NaN'::float, 'inf'::float, '-inf'::float)) then 1 end) as not_finite_0
from (select "user ""id""" as unit, date_part(epoch_microsecond, "ts") as stamp, cast("revenue" as double precision) as v0, "order_id" as id
from "orders" as t
where "ts" is null or (date_part(epoch_microsecond, "ts") < 1773964800000001)) as r
