INSERT INTO note (id, widget_id, body) VALUES (9005, 1, 'a probe of ocata');
