-- interphase: effect mirrors because the trigger keeps material and material_code telling the same while both are written
ALTER TABLE part ADD COLUMN material_code varchar(10);

CREATE FUNCTION part_material_code(material text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE lower(trim(material)) WHEN 'steel' THEN 'steel' WHEN 'brass' THEN 'brass' WHEN 'nylon' THEN 'nylon' ELSE 'other' END
$$;

-- Mitaka writes the text, Newton the code. A text that means the code already is left as it was written: 'unobtainium' means
-- 'other', and must not become it when the data step fills the code.
CREATE FUNCTION part_material() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.material_code IS NULL
    OR TG_OP = 'UPDATE' AND NEW.material_code IS NOT DISTINCT FROM OLD.material_code
      AND NEW.material IS DISTINCT FROM OLD.material THEN
    NEW.material_code := part_material_code(NEW.material);
  ELSIF NEW.material_code <> part_material_code(NEW.material)
    OR TG_OP = 'INSERT' AND NEW.material IS NULL THEN
    NEW.material := NEW.material_code;
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER part_material BEFORE INSERT OR UPDATE ON part FOR EACH ROW EXECUTE FUNCTION part_material();
