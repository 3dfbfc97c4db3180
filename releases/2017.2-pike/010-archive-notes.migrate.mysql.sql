-- interphase: batch note
-- What the triggers have copied meanwhile is newer, and stays.
INSERT INTO note_archive (note_id, widget_id, body)
SELECT id, widget_id, body FROM note
WHERE :batch AND NOT EXISTS (SELECT 1 FROM note_archive a WHERE a.note_id = note.id);
