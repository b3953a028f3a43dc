select cell, planned, arm, cast(row_hash as varchar) as row_hash, s0 from assay_cells order by cell
