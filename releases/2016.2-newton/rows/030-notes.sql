INSERT INTO note (id, widget_id, body) VALUES (1, 1, 'squeaks');
