-- interphase: effect mirrors because the trigger keeps modified_date and modified_timestamp equal while both are written
-- Kilo goes on writing the text. Whoever writes the timestamp (the triggers of 020 do) must not leave the text behind.
ALTER TABLE widget_status ADD COLUMN modified_timestamp timestamp(0);

CREATE FUNCTION widget_status_dates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The data step fills the timestamp from the text. Turned back into text, '17 Mar 2014' would lose its spelling.
  IF current_setting('widget.backfill', true) = 'on' THEN
    RETURN NEW;
  END IF;
  -- Whichever side was written fills the other. When both were, the timestamp wins: only newer code knows it.
  IF TG_OP = 'INSERT' AND NEW.modified_timestamp IS NOT NULL
    OR TG_OP = 'UPDATE' AND NEW.modified_timestamp IS DISTINCT FROM OLD.modified_timestamp THEN
    NEW.modified_date := to_char(NEW.modified_timestamp, 'YYYY-MM-DD HH24:MI:SS');
  ELSIF TG_OP = 'INSERT' OR NEW.modified_date IS DISTINCT FROM OLD.modified_date THEN
    NEW.modified_timestamp := NULL;
    -- Kilo writes one spelling. Any other stays NULL and is counted by `pending`: a mirror never refuses a write.
    IF NEW.modified_date ~ '^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$' THEN
      BEGIN
        NEW.modified_timestamp := NEW.modified_date::timestamp(0);
      EXCEPTION WHEN data_exception THEN
        NEW.modified_timestamp := NULL;
      END;
    END IF;
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER widget_status_dates BEFORE INSERT OR UPDATE ON widget_status
FOR EACH ROW EXECUTE FUNCTION widget_status_dates();
