-- interphase: effect mirrors because the triggers keep the status in widget and in widget_status equal while both are written
-- Every widget will need a status, and a widget may have no row in widget_status. 0 is "no status yet": the data step gives
-- it to the old ones, and the default to those that Kilo still adds. The default comes after the column, so that the rows
-- which are there stay NULL: that is how the data step knows them.
ALTER TABLE widget ADD COLUMN status_flag integer, ADD COLUMN modified_timestamp timestamp(0);
ALTER TABLE widget ALTER COLUMN status_flag SET DEFAULT 0;

-- Each trigger writes only what the other table does not say already. That ends the echo: the write that a mirror makes
-- fires the other mirror, which finds nothing to do.
CREATE FUNCTION widget_status_to_widget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE widget SET status_flag = NEW.status_flag, modified_timestamp = NEW.modified_timestamp
  WHERE id = NEW.widget_id
    AND (status_flag, modified_timestamp) IS DISTINCT FROM (NEW.status_flag, NEW.modified_timestamp);
  RETURN NULL;
END
$$;

-- Liberty always says when a status was set. Without a moment it is Kilo that adds a widget and gives the status later, or
-- the data step; a row in widget_status would only be in Kilo's way.
CREATE FUNCTION widget_to_widget_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.modified_timestamp IS NOT NULL THEN
    INSERT INTO widget_status AS s (widget_id, status_flag, modified_timestamp)
    VALUES (NEW.id, NEW.status_flag, NEW.modified_timestamp)
    ON CONFLICT (widget_id) DO UPDATE
    SET status_flag = NEW.status_flag, modified_timestamp = NEW.modified_timestamp
    WHERE (s.status_flag, s.modified_timestamp) IS DISTINCT FROM (NEW.status_flag, NEW.modified_timestamp);
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER widget_status_to_widget AFTER INSERT OR UPDATE ON widget_status
FOR EACH ROW EXECUTE FUNCTION widget_status_to_widget();

CREATE TRIGGER widget_to_widget_status AFTER INSERT OR UPDATE ON widget
FOR EACH ROW EXECUTE FUNCTION widget_to_widget_status();
