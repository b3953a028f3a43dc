select cell, planned, arm, s0 from assay_cells order by cell
