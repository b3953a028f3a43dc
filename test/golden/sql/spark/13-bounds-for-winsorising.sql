select percentile(case when k0 = 1 then r0 end, array(0.99e0)) as b0,
  percentile(case when k0 = 1 then r1 end, array(0.99e0)) as b1
from assay_values
