select count(case when side = 1 then 1 end) as units
from assay_fact_0
