SELECT count(*) AS pending FROM note WHERE NOT EXISTS (SELECT 1 FROM note_archive a WHERE a.note_id = note.id);
