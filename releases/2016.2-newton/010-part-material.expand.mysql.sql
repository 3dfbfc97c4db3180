-- interphase: effect mirrors because the triggers keep material and material_code telling the same while both are written
-- A CHECK on a live table copies it behind a lock here. A new column is instant, and its type is the rule: ENUM knows no
-- other words.
ALTER TABLE part ADD COLUMN material_code ENUM('steel', 'brass', 'nylon', 'other') NULL, ALGORITHM=INSTANT;

DELIMITER //

-- Mitaka writes the text, Newton the code. A text that means the code already is left as it was written: 'unobtainium' means
-- 'other', and must not become it when the data step fills the code.
CREATE TRIGGER part_material_insert BEFORE INSERT ON part FOR EACH ROW
BEGIN
  IF NEW.material_code IS NULL THEN
    SET NEW.material_code =
      CASE LOWER(TRIM(NEW.material)) WHEN 'steel' THEN 'steel' WHEN 'brass' THEN 'brass' WHEN 'nylon' THEN 'nylon' ELSE 'other' END;
  ELSEIF NEW.material IS NULL THEN
    SET NEW.material = NEW.material_code;
  END IF;
END//

CREATE TRIGGER part_material_update BEFORE UPDATE ON part FOR EACH ROW
BEGIN
  DECLARE meant varchar(10) DEFAULT
    CASE LOWER(TRIM(NEW.material)) WHEN 'steel' THEN 'steel' WHEN 'brass' THEN 'brass' WHEN 'nylon' THEN 'nylon' ELSE 'other' END;
  IF NEW.material_code <=> OLD.material_code AND NOT (NEW.material <=> OLD.material) THEN
    SET NEW.material_code = meant;
  ELSEIF NEW.material_code <> meant THEN
    SET NEW.material = NEW.material_code;
  END IF;
END//

DELIMITER ;
