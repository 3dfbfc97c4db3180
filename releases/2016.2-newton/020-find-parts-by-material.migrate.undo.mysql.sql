-- What changes the schema needs a way back wherever it stands, also in migrate: this one goes before the column does.
ALTER TABLE part DROP INDEX part_material_code_idx, ALGORITHM=INPLACE, LOCK=NONE;
