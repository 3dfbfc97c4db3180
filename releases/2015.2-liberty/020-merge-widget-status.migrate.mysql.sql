-- interphase: rerunnable
-- NULL means "not copied yet": what a mirror has filled meanwhile is newer and stays. Run twice, it finds nothing to do.
-- The statement reads widget_status, so the mirror may not write it: the session says that a mirror is at work already.
SET @widget_mirror = 1;
UPDATE widget
SET status_flag = COALESCE((SELECT s.status_flag FROM widget_status s WHERE s.widget_id = widget.id), 0),
    modified_timestamp = (SELECT s.modified_timestamp FROM widget_status s WHERE s.widget_id = widget.id)
WHERE status_flag IS NULL;
SET @widget_mirror = NULL;
