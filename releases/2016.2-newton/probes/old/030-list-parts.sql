SELECT p.id, w.name, p.material FROM part p JOIN widget w ON w.id = p.widget_id ORDER BY p.id;
