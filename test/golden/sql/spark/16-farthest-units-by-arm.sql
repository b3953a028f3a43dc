select arm, max(abs(y0 - 0.0e0)) as far_y0,
  max(abs(y2 - 0.0e0)) as far_y2,
  max(abs(y3 - 0.0e0)) as far_y3
from (select cell, arm, day, fold, h0, l0, unit_hash, m0, k0, k1, k2,
    case when k0 = 1 then case when r0 is not null then least(r0, 90.0e0) end end as y0,
    case when k0 = 1 then case when r1 is not null then least(r1, 80.0e0) end end as y1,
    case when k1 = 1 then r2 end as y2,
    case when k1 = 1 then r3 end as y3,
    case when k1 = 1 then r4 end as y4,
    case when k0 = 1 then r5 end as y5,
    case when k2 = 1 then r6 end as y6
  from assay_values) as b
group by arm
order by arm
