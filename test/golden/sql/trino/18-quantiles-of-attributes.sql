select approx_percentile(h0, array[double '0.3333333333333333', double '0.6666666666666666']) as h0
from assay_values
