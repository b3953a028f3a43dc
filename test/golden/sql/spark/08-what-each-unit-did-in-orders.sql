select unit, side,
  sum(case when c0 then v0 end) as a0,
  sum(case when c1 then v0 end) as a1,
  count(case when c1 then 1 end) as a2,
  min(case when c2 then stamp end) as a3,
  collect_list(case when c3 then stamp end) as a4,
  max(case when c1 then v0 end) as a5
from (
  select unit,
    case when elapsed < 0 then 0 else 1 end as side,
    stamp,
    case when (cast(`x0` as double) = cast(`x0` as double) and abs(cast(`x0` as double)) <= 1.7976931348623157e308) then cast(`x0` as double) end as v0,
    (elapsed >= -1209600000000 and elapsed < 604800000000) and `x1` = 'o\'rder' as c0,
    elapsed >= 0 and `x1` = 'o\'rder' as c1,
    (elapsed >= 0 and elapsed < 604800000000) and `x1` = 'cart' as c2,
    (elapsed >= 0 and elapsed < 604800000000) and `x1` = 'o\'rder' as c3
  from (
    select r.*, r.stamp - u.stamp as elapsed
    from (select unit, stamp, `x0`, `x1` from (
  select k.*, row_number() over (partition by id order by stamp, unit, `x0`, `x1`) as copy
  from (select `order_id` as id, `user "id"` as unit, unix_micros(`ts`) as stamp, `revenue` as `x0`, `kind` as `x1`
from `orders` as t
where unix_micros(`ts`) >= 1771190400000000 and unix_micros(`ts`) < 1773964800000001) as k
) as u
where id is null or copy = 1) as r
    join assay_exposed as u on u.unit = r.unit
  ) as j
  where (elapsed >= -1209600000000 and elapsed < 604800000000) or elapsed >= 0 or (elapsed >= 0 and elapsed < 604800000000)
) as k
group by unit, side
