select approx_percentile(case when k0 = 1 then r0 end, array[double '0.99']) as b0,
  approx_percentile(case when k0 = 1 then r1 end, array[double '0.99']) as b1
from assay_values
