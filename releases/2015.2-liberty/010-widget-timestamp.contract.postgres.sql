-- The trigger goes before the column that it names; the other way round every write in between would fail.
DROP TRIGGER widget_status_dates ON widget_status;
DROP FUNCTION widget_status_dates();
ALTER TABLE widget_status DROP COLUMN modified_date;
