-- As people write: capitals, a blank too many, a word nobody thought of, nothing at all.
INSERT INTO part (id, widget_id, material) VALUES
  (1, 1, 'steel'),
  (2, 1, 'Brass'),
  (3, 2, ' NYLON '),
  (4, 2, 'unobtainium'),
  (5, 9, NULL);
