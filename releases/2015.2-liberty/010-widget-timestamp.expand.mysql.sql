-- interphase: effect mirrors because the triggers keep modified_date and modified_timestamp equal while both are written
-- Kilo goes on writing the text. Whoever writes the timestamp (the triggers of 020 do) must not leave the text behind.
ALTER TABLE widget_status ADD COLUMN modified_timestamp datetime NULL, ALGORITHM=INSTANT;

DELIMITER //

-- Whichever side was written fills the other. When both were, the timestamp wins: only newer code knows it.
CREATE TRIGGER widget_status_dates_insert BEFORE INSERT ON widget_status FOR EACH ROW
BEGIN
  -- Kilo writes one spelling. Any other stays NULL and is counted by `pending`: a mirror never refuses a write.
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET NEW.modified_timestamp = NULL;
  IF NEW.modified_timestamp IS NOT NULL THEN
    SET NEW.modified_date = DATE_FORMAT(NEW.modified_timestamp, '%Y-%m-%d %H:%i:%s');
  ELSEIF NEW.modified_date REGEXP '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$' THEN
    SET NEW.modified_timestamp = STR_TO_DATE(NEW.modified_date, '%Y-%m-%d %H:%i:%s');
  END IF;
END//

CREATE TRIGGER widget_status_dates_update BEFORE UPDATE ON widget_status FOR EACH ROW
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET NEW.modified_timestamp = NULL;
  -- The data step fills the timestamp from the text. Turned back into text, '17 Mar 2014' would lose its spelling.
  IF @widget_backfill IS NULL THEN
    IF NOT (NEW.modified_timestamp <=> OLD.modified_timestamp) THEN
      SET NEW.modified_date = DATE_FORMAT(NEW.modified_timestamp, '%Y-%m-%d %H:%i:%s');
    ELSEIF NOT (NEW.modified_date <=> OLD.modified_date) THEN
      SET NEW.modified_timestamp = NULL;
      IF NEW.modified_date REGEXP '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$' THEN
        SET NEW.modified_timestamp = STR_TO_DATE(NEW.modified_date, '%Y-%m-%d %H:%i:%s');
      END IF;
    END IF;
  END IF;
END//

DELIMITER ;
