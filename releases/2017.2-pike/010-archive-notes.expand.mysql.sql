-- interphase: effect mirrors because the triggers copy every note that is still written to the archive
-- No key to widget: an archive outlives what it tells about.
CREATE TABLE note_archive (
  note_id integer NOT NULL,
  widget_id integer NOT NULL,
  body varchar(200) NOT NULL,
  CONSTRAINT note_archive_pk PRIMARY KEY (note_id)
);

DELIMITER //

-- One direction is enough: Pike only reads the archive. A note that Ocata deletes stays in it.
CREATE TRIGGER note_to_archive_insert AFTER INSERT ON note FOR EACH ROW
BEGIN
  INSERT INTO note_archive (note_id, widget_id, body) VALUES (NEW.id, NEW.widget_id, NEW.body)
  ON DUPLICATE KEY UPDATE widget_id = NEW.widget_id, body = NEW.body;
END//

CREATE TRIGGER note_to_archive_update AFTER UPDATE ON note FOR EACH ROW
BEGIN
  INSERT INTO note_archive (note_id, widget_id, body) VALUES (NEW.id, NEW.widget_id, NEW.body)
  ON DUPLICATE KEY UPDATE widget_id = NEW.widget_id, body = NEW.body;
END//

DELIMITER ;
