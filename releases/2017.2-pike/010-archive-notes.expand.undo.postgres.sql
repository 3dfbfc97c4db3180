DROP TRIGGER note_to_archive ON note;
DROP FUNCTION note_to_archive();
DROP TABLE note_archive;
