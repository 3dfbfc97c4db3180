DROP TRIGGER note_to_archive_insert;
DROP TRIGGER note_to_archive_update;
DROP TABLE note_archive;
