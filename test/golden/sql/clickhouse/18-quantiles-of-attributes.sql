select quantilesExactInclusive(0.3333333333333333, 0.6666666666666666)(h0) as h0
from assay_values
