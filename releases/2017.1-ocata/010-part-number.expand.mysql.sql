-- interphase: effect mirrors because the trigger gives every part both its id and its number
ALTER TABLE part ADD COLUMN number bigint NULL, ALGORITHM=INSTANT;

-- Ocata leaves the id out. Without a default the server would refuse that before the trigger could fill it.
ALTER TABLE part ALTER COLUMN id SET DEFAULT 0, ALGORITHM=INSTANT;

DELIMITER //

-- Newton gives the id, Ocata the number. A number that no integer can hold is refused here: those begin after contract.
-- Only inserts: a key does not change. So the data step, which updates, fires nothing.
CREATE TRIGGER part_number BEFORE INSERT ON part FOR EACH ROW
BEGIN
  IF NEW.number IS NULL THEN
    SET NEW.number = NEW.id;
  ELSEIF NEW.id = 0 THEN
    SET NEW.id = NEW.number;
  END IF;
END//

DELIMITER ;
