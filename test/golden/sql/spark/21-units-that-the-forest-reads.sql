select cast(row_number() over (order by unit_hash) - 1 as integer) as place, y, treated, l0, h0, before0
from (
  select unit_hash, case when r0 is not null then least(r0, 90.0e0) end as y, case when arm = 1 then 1 else 0 end as treated, l0, h0, r1 as before0
  from assay_values
  where k0 = 1 and arm in (0, 1)
  order by unit_hash
  limit 50000
) as s
