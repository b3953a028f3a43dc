select percentile_cont(array[0.3333333333333333e0, 0.6666666666666666e0]) within group (order by h0) as h0
from assay_values
