-- interphase: transaction off
-- An index refuses nothing and hides nothing, so it needs no contract. It comes after the rows, for an index on a column that
-- is being filled makes every row of it twice the work.
CREATE INDEX CONCURRENTLY part_material_code_idx ON part (material_code);
