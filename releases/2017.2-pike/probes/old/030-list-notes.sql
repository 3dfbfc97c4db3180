SELECT n.id, w.name, n.body FROM note n JOIN widget w ON w.id = n.widget_id ORDER BY n.id;
