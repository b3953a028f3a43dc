select count(id) - count(distinct id) as duplicates,
  count(case when not (v0 = v0 and abs(v0) <= 1.7976931348623157e308) then 1 end) as not_finite_0
from (select `user "id"` as unit, unix_micros(`ts`) as stamp, cast(`revenue` as double) as v0, `order_id` as id
from `orders` as t
where `ts` is null or (unix_micros(`ts`) < 1773964800000001)) as r
