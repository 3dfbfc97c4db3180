INSERT INTO widget_status (widget_id, status_flag, modified_date) VALUES (5, 1, '2015-10-01 12:00:00');
