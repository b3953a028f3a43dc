select count(id) - count(distinct id) as duplicates,
  count(case when not not (is_nan(v0) or is_inf(v0)) then 1 end) as not_finite_0
from (select `user "id"` as unit, unix_micros(`ts`) as stamp, cast(`revenue` as float64) as v0, `order_id` as id
from `orders` as t
where `ts` is null or (unix_micros(`ts`) < 1773964800000001)) as r
