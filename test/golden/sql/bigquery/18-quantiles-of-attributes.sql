select [approx_quantiles(h0, 10000)[offset(3333)], approx_quantiles(h0, 10000)[offset(6667)]] as h0
from assay_values
