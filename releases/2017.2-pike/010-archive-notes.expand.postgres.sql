-- interphase: effect mirrors because the trigger copies every note that is still written to the archive
-- No key to widget: an archive outlives what it tells about.
CREATE TABLE note_archive (
  note_id integer NOT NULL,
  widget_id integer NOT NULL,
  body varchar(200) NOT NULL,
  CONSTRAINT note_archive_pk PRIMARY KEY (note_id)
);

-- One direction is enough: Pike only reads the archive. A note that Ocata deletes stays in it.
CREATE FUNCTION note_to_archive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO note_archive (note_id, widget_id, body) VALUES (NEW.id, NEW.widget_id, NEW.body)
  ON CONFLICT (note_id) DO UPDATE SET widget_id = NEW.widget_id, body = NEW.body;
  RETURN NULL;
END
$$;

CREATE TRIGGER note_to_archive AFTER INSERT OR UPDATE ON note FOR EACH ROW EXECUTE FUNCTION note_to_archive();
