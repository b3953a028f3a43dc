select quantile_cont(h0, [0.3333333333333333e0, 0.6666666666666666e0]) as h0
from assay_values
