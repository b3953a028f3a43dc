select arm, fold, p0, p1, grouping(p0, p1) as grouping_set,
  sum(k0) as n_k0,
  sum(y0) as s_y0,
  sum(y1) as s_y1,
  sum(y0 * y0) as q_y0_y0,
  sum(y0 * y1) as q_y0_y1,
  sum(y1 * y1) as q_y1_y1
from (
  select arm, fold, s0 as p0, case when h0 is null then '(none)' when h0 < 30.0e0::float8 then '0' when h0 < 45.0e0::float8 then '1' else '2' end as p1, k0,
    y0 as y0,
    y1 as y1
  from (select cell, arm, day, fold, h0, l0, unit_hash, m0, k0, k1, k2,
    case when k0 = 1 then case when r0 is not null then least(r0, 90.0e0::float8) end end as y0,
    case when k0 = 1 then case when r1 is not null then least(r1, 80.0e0::float8) end end as y1,
    case when k1 = 1 then r2 end as y2,
    case when k1 = 1 then r3 end as y3,
    case when k1 = 1 then r4 end as y4,
    case when k0 = 1 then r5 end as y5,
    case when k2 = 1 then r6 end as y6
  from assay_values) as b join (select cell as c_cell, s0 from assay_cells) as c on c_cell = b.cell
) as z
group by grouping sets ((arm, fold, p0), (arm, fold, p1), (arm, fold, p0, p1))
order by grouping_set, arm, fold, p0, p1
