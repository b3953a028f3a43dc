select count(id) - count(distinct id) as duplicates,
  count(case when not (v0 not in ('NaN'::float8, 'Infinity'::float8, '-Infinity'::float8)) then 1 end) as not_finite_0
from (select "user ""id""" as unit, cast(extract(epoch from "ts") * 1000000 as bigint) as stamp, cast("revenue" as double precision) as v0, "order_id" as id
from "orders" as t
where "ts" is null or (cast(extract(epoch from "ts") * 1000000 as bigint) < 1773964800000001)) as r
