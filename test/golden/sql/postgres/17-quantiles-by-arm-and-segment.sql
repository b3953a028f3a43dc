select percentile_cont(array[0.6060054023189919e0, 0.9e0, 1.0e0]) within group (order by case when arm = 0 then y6 end) as q0,
  percentile_cont(array[0.6060054023189919e0, 0.9e0, 1.0e0]) within group (order by case when arm = 1 then y6 end) as q1,
  percentile_cont(array[0.48422885269509675e0, 0.9e0, 1.0e0]) within group (order by case when arm = 0 and s0 = 'DE' then y6 end) as q2,
  percentile_cont(array[0.48422885269509675e0, 0.9e0, 1.0e0]) within group (order by case when arm = 1 and s0 = 'DE' then y6 end) as q3,
  percentile_cont(array[0.48422885269509675e0, 0.9e0, 1.0e0]) within group (order by case when arm = 0 and s0 = 'FR' then y6 end) as q4,
  percentile_cont(array[0.48422885269509675e0, 0.9e0, 1.0e0]) within group (order by case when arm = 1 and s0 = 'FR' then y6 end) as q5
from (
  select b.arm, c.s0, b.y6
  from (select cell, arm, day, fold, h0, l0, unit_hash, m0, k0, k1, k2,
    case when k0 = 1 then case when r0 is not null then least(r0, 90.0e0::float8) end end as y0,
    case when k0 = 1 then case when r1 is not null then least(r1, 80.0e0::float8) end end as y1,
    case when k1 = 1 then r2 end as y2,
    case when k1 = 1 then r3 end as y3,
    case when k1 = 1 then r4 end as y4,
    case when k0 = 1 then r5 end as y5,
    case when k2 = 1 then r6 end as y6
  from assay_values) as b join assay_cells as c on c.cell = b.cell
) as k
