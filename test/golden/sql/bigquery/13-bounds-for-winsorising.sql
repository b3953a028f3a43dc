select [approx_quantiles(case when k0 = 1 then r0 end, 10000)[offset(9900)]] as b0,
  [approx_quantiles(case when k0 = 1 then r1 end, 10000)[offset(9900)]] as b1
from assay_values
