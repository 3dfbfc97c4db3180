-- The triggers go before the column that they name; the other way round every write in between would fail.
DROP TRIGGER widget_status_dates_insert;
DROP TRIGGER widget_status_dates_update;
ALTER TABLE widget_status DROP COLUMN modified_date, ALGORITHM=INSTANT;
