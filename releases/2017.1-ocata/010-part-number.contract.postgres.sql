-- interphase: transaction off
-- NOT NULL first, in four steps: a primary key made of a column that is NOT NULL already needs no look at the rows.
ALTER TABLE part ADD CONSTRAINT part_number_given CHECK (number IS NOT NULL) NOT VALID;
ALTER TABLE part VALIDATE CONSTRAINT part_number_given;
ALTER TABLE part ALTER COLUMN number SET NOT NULL;
ALTER TABLE part DROP CONSTRAINT part_number_given;
