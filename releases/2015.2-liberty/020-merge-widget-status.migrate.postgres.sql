-- interphase: rerunnable
-- NULL means "not copied yet": what a mirror has filled meanwhile is newer and stays. Run twice, it finds nothing to do.
UPDATE widget
SET status_flag = COALESCE((SELECT s.status_flag FROM widget_status s WHERE s.widget_id = widget.id), 0),
    modified_timestamp = (SELECT s.modified_timestamp FROM widget_status s WHERE s.widget_id = widget.id)
WHERE status_flag IS NULL;
