-- The short part: one transaction, no scan, and nobody ever sees a part without a key. The index takes the constraint's name.
ALTER TABLE part DROP CONSTRAINT part_pk;
ALTER TABLE part ADD CONSTRAINT part_pk PRIMARY KEY USING INDEX part_number_key;
DROP TRIGGER part_number ON part;
DROP FUNCTION part_number();
ALTER TABLE part DROP COLUMN id;
