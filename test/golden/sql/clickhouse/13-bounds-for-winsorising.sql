select quantilesExactInclusive(0.99)(case when k0 = 1 then r0 end) as b0,
  quantilesExactInclusive(0.99)(case when k0 = 1 then r1 end) as b1
from assay_values
