-- interphase: transaction off
-- One short transaction for each statement, so that no lock is held through the next one. Mirrors go first.
DROP TRIGGER widget_to_widget_status ON widget;
DROP TRIGGER widget_status_to_widget ON widget_status;
DROP FUNCTION widget_to_widget_status();
DROP FUNCTION widget_status_to_widget();

-- NOT NULL in four steps: the scan happens in VALIDATE, which lets reads and writes pass, and SET NOT NULL believes the check.
ALTER TABLE widget ADD CONSTRAINT widget_status_flag_given CHECK (status_flag IS NOT NULL) NOT VALID;
ALTER TABLE widget VALIDATE CONSTRAINT widget_status_flag_given;
ALTER TABLE widget ALTER COLUMN status_flag SET NOT NULL;
ALTER TABLE widget DROP CONSTRAINT widget_status_flag_given;

-- The default was for Kilo, which is gone. Liberty gives every widget a status.
ALTER TABLE widget ALTER COLUMN status_flag DROP DEFAULT;

-- Dropping the key needs a lock on both tables, dropping the table then needs only its own.
ALTER TABLE widget_status DROP CONSTRAINT widget_status_widget_fk;
DROP TABLE widget_status;
