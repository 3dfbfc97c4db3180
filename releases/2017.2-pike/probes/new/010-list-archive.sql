SELECT note_id, widget_id, body FROM note_archive ORDER BY note_id;
