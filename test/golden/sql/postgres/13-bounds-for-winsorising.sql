select percentile_cont(array[0.99e0]) within group (order by case when k0 = 1 then r0 end) as b0,
  percentile_cont(array[0.99e0]) within group (order by case when k0 = 1 then r1 end) as b1
from assay_values
