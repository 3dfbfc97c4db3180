INSERT INTO widget (id, name, status_flag, modified_timestamp) VALUES (9002, 'probe liberty', 1, '2015-10-15 10:00:00');
