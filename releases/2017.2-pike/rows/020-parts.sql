INSERT INTO part (number, widget_id, material_code) VALUES (1, 1, 'steel'), (3000000000, 2, 'other');
