INSERT INTO part (number, widget_id, material_code) VALUES (9006, 2, 'brass');
