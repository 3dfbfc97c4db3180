-- interphase: batch note
-- What the trigger has copied meanwhile is newer, and stays.
INSERT INTO note_archive (note_id, widget_id, body)
SELECT id, widget_id, body FROM note WHERE :batch
ON CONFLICT (note_id) DO NOTHING;
