select
  u.status, c.arm, cast(floor(cast(u.stamp as numeric) / 86400000000) as bigint) as day, count(*) as units
from assay_exposed as u
join assay_cells as c on c.cell = u.cell
group by 1, 2, 3
order by 1, 2, 3
