DROP TRIGGER widget_status_dates_insert;
DROP TRIGGER widget_status_dates_update;
ALTER TABLE widget_status DROP COLUMN modified_timestamp, ALGORITHM=INSTANT;
