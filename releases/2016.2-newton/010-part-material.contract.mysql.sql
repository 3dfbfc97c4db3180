-- The triggers go before the column that they name.
DROP TRIGGER part_material_insert;
DROP TRIGGER part_material_update;
ALTER TABLE part MODIFY material_code ENUM('steel', 'brass', 'nylon', 'other') NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;
ALTER TABLE part DROP COLUMN material, ALGORITHM=INSTANT;
