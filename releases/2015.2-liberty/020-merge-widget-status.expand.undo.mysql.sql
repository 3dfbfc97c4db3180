DROP TRIGGER widget_to_widget_status_insert;
DROP TRIGGER widget_to_widget_status_update;
DROP TRIGGER widget_status_to_widget_insert;
DROP TRIGGER widget_status_to_widget_update;
ALTER TABLE widget DROP COLUMN status_flag, DROP COLUMN modified_timestamp, ALGORITHM=INSTANT;
