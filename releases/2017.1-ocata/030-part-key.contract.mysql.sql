-- The order closes the gaps between the statements: first the key moves, and the trigger still fills the id. Then the trigger
-- goes, and new parts get the id 0, which does not matter any more. Then the id goes.
ALTER TABLE part DROP PRIMARY KEY, ADD PRIMARY KEY (number), ALGORITHM=INPLACE, LOCK=NONE;
DROP TRIGGER part_number;
ALTER TABLE part DROP COLUMN id, ALGORITHM=INSTANT;
