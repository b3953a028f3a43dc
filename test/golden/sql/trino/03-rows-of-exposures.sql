select sum(row_count) as row_count, sum(case when arm is null then row_count else 0 end) as null_arms,
  sum(with_unit) as with_unit, sum(with_time) as with_time, min(first_at) as first_at, max(last_at) as last_at
from assay_cells
