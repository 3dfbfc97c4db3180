INSERT INTO widget (id, name) VALUES (9001, 'probe kilo');
