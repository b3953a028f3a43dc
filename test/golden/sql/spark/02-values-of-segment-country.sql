select count(distinct s0) as n from assay_cells
