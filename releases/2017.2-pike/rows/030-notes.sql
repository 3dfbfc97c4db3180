INSERT INTO note (id, widget_id, body) VALUES
  (1, 1, 'squeaks'),
  (2, 1, 'oiled, squeaks no more'),
  (3, 9, 'wrong thread');
