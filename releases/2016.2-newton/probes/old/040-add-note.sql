INSERT INTO note (id, widget_id, body) VALUES (9003, 1, 'a probe of mitaka');
