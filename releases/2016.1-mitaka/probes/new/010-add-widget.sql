INSERT INTO widget (id, name, status_flag, modified_timestamp) VALUES (9003, 'probe mitaka', 1, '2016-04-07 10:00:00');
