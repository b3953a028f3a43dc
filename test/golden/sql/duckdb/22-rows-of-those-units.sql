select * from assay_sample where place >= 0 and place < 20000 order by place
