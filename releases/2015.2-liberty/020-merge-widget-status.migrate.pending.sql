SELECT count(*) AS pending FROM widget WHERE status_flag IS NULL;
