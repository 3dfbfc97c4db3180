DROP TRIGGER widget_status_dates ON widget_status;
DROP FUNCTION widget_status_dates();
ALTER TABLE widget_status DROP COLUMN modified_timestamp;
