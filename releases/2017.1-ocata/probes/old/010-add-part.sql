INSERT INTO part (id, widget_id, material_code) VALUES (9004, 1, 'steel');
