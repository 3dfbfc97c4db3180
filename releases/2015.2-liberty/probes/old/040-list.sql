SELECT w.id, w.name, s.status_flag, s.modified_date
FROM widget w LEFT JOIN widget_status s ON s.widget_id = w.id
ORDER BY w.id;
