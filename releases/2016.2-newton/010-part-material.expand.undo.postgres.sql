DROP TRIGGER part_material ON part;
DROP FUNCTION part_material();
DROP FUNCTION part_material_code(text);
ALTER TABLE part DROP COLUMN material_code;
