SELECT p.id, w.name FROM part p JOIN widget w ON w.id = p.widget_id WHERE p.material_code = 'other' ORDER BY p.id;
