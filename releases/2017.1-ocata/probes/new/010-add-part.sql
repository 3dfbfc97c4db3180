INSERT INTO part (number, widget_id, material_code) VALUES (9005, 1, 'nylon');
