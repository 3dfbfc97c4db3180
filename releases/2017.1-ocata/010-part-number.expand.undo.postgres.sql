DROP TRIGGER part_number ON part;
DROP FUNCTION part_number();
ALTER TABLE part DROP COLUMN number;
