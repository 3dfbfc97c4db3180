-- interphase: batch part
-- What the triggers say about new rows is said here about the old ones, word for word.
UPDATE part
SET material_code =
  CASE LOWER(TRIM(material)) WHEN 'steel' THEN 'steel' WHEN 'brass' THEN 'brass' WHEN 'nylon' THEN 'nylon' ELSE 'other' END
WHERE :batch AND material_code IS NULL;
