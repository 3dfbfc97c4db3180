DROP TRIGGER part_material_insert;
DROP TRIGGER part_material_update;
ALTER TABLE part DROP COLUMN material_code, ALGORITHM=INSTANT;
