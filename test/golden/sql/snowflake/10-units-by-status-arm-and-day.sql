select
  u.status, c.arm, floor(u.stamp / 86400000000) as day, count(*) as units
from assay_exposed as u
join assay_cells as c on c.cell = u.cell
group by 1, 2, 3
order by 1, 2, 3
