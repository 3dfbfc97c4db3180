INSERT INTO part (id, widget_id, material) VALUES (9003, 1, 'Steel');
