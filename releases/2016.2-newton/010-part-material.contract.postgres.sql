-- interphase: transaction off
-- One short transaction for each statement. The trigger goes before the column that it names.
DROP TRIGGER part_material ON part;
DROP FUNCTION part_material();
DROP FUNCTION part_material_code(text);

-- NOT VALID asks only new rows, so it takes a moment. VALIDATE then reads the old ones while everybody goes on writing. A check
-- lets NULL pass unless it says otherwise; this one does, and SET NOT NULL believes it without reading the table.
ALTER TABLE part ADD CONSTRAINT part_material_known
  CHECK (material_code IS NOT NULL AND material_code IN ('steel', 'brass', 'nylon', 'other')) NOT VALID;
ALTER TABLE part VALIDATE CONSTRAINT part_material_known;
ALTER TABLE part ALTER COLUMN material_code SET NOT NULL;

ALTER TABLE part DROP COLUMN material;
