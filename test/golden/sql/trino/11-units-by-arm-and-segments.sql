select cell, count(*) as units
from assay_exposed
where status = 0
group by cell
order by cell
