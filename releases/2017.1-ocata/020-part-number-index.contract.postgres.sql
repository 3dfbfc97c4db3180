-- interphase: transaction off
-- The long part of the new key, while everybody goes on writing.
CREATE UNIQUE INDEX CONCURRENTLY part_number_key ON part (number);
