-- interphase: transaction off
-- The trigger first. Then the key, which needs a lock on both tables for a moment; the rest needs only the table that goes.
DROP TRIGGER note_to_archive ON note;
DROP FUNCTION note_to_archive();
ALTER TABLE note DROP CONSTRAINT note_widget_fk;
DROP TABLE note;
