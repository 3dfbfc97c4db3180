INSERT INTO part (id, widget_id, material_code) VALUES
  (1, 1, 'steel'),
  (2, 1, 'brass'),
  (7, 2, 'nylon'),
  (2147480000, 9, 'other');
