-- interphase: effect mirrors because the trigger gives every part both its id and its number
ALTER TABLE part ADD COLUMN number bigint;

-- Newton gives the id, Ocata the number. A number that no integer can hold is refused here: those begin after contract.
CREATE FUNCTION part_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number IS NULL THEN
    NEW.number := NEW.id;
  ELSIF NEW.id IS NULL THEN
    NEW.id := NEW.number;
  END IF;
  RETURN NEW;
END
$$;

-- Only inserts: a key does not change. So the data step, which updates, fires nothing.
CREATE TRIGGER part_number BEFORE INSERT ON part FOR EACH ROW EXECUTE FUNCTION part_number();
