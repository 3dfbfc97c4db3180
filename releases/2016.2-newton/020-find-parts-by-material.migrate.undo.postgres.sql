-- interphase: transaction off
-- What changes the schema needs a way back wherever it stands, also in migrate: this one goes before the column does.
DROP INDEX CONCURRENTLY part_material_code_idx;
