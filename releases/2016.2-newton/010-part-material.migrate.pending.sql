SELECT count(*) AS pending FROM part WHERE material_code IS NULL;
