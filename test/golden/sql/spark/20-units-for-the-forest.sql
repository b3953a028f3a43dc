select count(*) as units from assay_values where k0 = 1 and arm in (0, 1)
