-- The triggers first, then the key, which holds on to widget; the rest needs only the table that goes.
DROP TRIGGER note_to_archive_insert;
DROP TRIGGER note_to_archive_update;
ALTER TABLE note DROP FOREIGN KEY note_widget_fk, ALGORITHM=INPLACE, LOCK=NONE;
DROP TABLE note;
