select count(*) as units from assay_fact_0 where side = 2
