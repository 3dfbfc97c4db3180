-- interphase: effect mirrors because the triggers keep the status in widget and in widget_status equal while both are written
-- Every widget will need a status, and a widget may have no row in widget_status. 0 is "no status yet": the data step gives
-- it to the old ones, and the default to those that Kilo still adds. The default comes after the column, so that the rows
-- which are there stay NULL: that is how the data step knows them.
ALTER TABLE widget ADD COLUMN status_flag integer NULL, ADD COLUMN modified_timestamp datetime NULL, ALGORITHM=INSTANT;
ALTER TABLE widget ALTER COLUMN status_flag SET DEFAULT 0, ALGORITHM=INSTANT;

DELIMITER //

-- A trigger may not write the table whose statement fired it, so the session remembers that a mirror is at work. The handler
-- makes sure that it forgets again.
CREATE TRIGGER widget_status_to_widget_insert AFTER INSERT ON widget_status FOR EACH ROW
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET @widget_mirror = NULL; RESIGNAL; END;
  IF @widget_mirror IS NULL THEN
    SET @widget_mirror = 1;
    UPDATE widget SET status_flag = NEW.status_flag, modified_timestamp = NEW.modified_timestamp WHERE id = NEW.widget_id;
    SET @widget_mirror = NULL;
  END IF;
END//

CREATE TRIGGER widget_status_to_widget_update AFTER UPDATE ON widget_status FOR EACH ROW
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET @widget_mirror = NULL; RESIGNAL; END;
  IF @widget_mirror IS NULL THEN
    SET @widget_mirror = 1;
    UPDATE widget SET status_flag = NEW.status_flag, modified_timestamp = NEW.modified_timestamp WHERE id = NEW.widget_id;
    SET @widget_mirror = NULL;
  END IF;
END//

-- Liberty always says when a status was set. Without a moment it is Kilo that adds a widget and gives the status later; a row
-- in widget_status would only be in Kilo's way.
CREATE TRIGGER widget_to_widget_status_insert AFTER INSERT ON widget FOR EACH ROW
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET @widget_mirror = NULL; RESIGNAL; END;
  IF @widget_mirror IS NULL AND NEW.modified_timestamp IS NOT NULL THEN
    SET @widget_mirror = 1;
    INSERT INTO widget_status (widget_id, status_flag, modified_timestamp)
    VALUES (NEW.id, NEW.status_flag, NEW.modified_timestamp)
    ON DUPLICATE KEY UPDATE status_flag = NEW.status_flag, modified_timestamp = NEW.modified_timestamp;
    SET @widget_mirror = NULL;
  END IF;
END//

CREATE TRIGGER widget_to_widget_status_update AFTER UPDATE ON widget FOR EACH ROW
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SET @widget_mirror = NULL; RESIGNAL; END;
  IF @widget_mirror IS NULL AND NEW.modified_timestamp IS NOT NULL THEN
    SET @widget_mirror = 1;
    INSERT INTO widget_status (widget_id, status_flag, modified_timestamp)
    VALUES (NEW.id, NEW.status_flag, NEW.modified_timestamp)
    ON DUPLICATE KEY UPDATE status_flag = NEW.status_flag, modified_timestamp = NEW.modified_timestamp;
    SET @widget_mirror = NULL;
  END IF;
END//

DELIMITER ;
