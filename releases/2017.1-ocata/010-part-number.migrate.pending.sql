SELECT count(*) AS pending FROM part WHERE number IS NULL;
