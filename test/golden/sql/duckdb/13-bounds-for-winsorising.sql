select quantile_cont(case when k0 = 1 then r0 end, [0.99e0]) as b0,
  quantile_cont(case when k0 = 1 then r1 end, [0.99e0]) as b1
from assay_values
