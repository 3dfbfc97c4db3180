INSERT INTO widget (id, name, status_flag, modified_timestamp) VALUES
  (1, 'flange', 1, '2015-04-30 16:45:10'),
  (2, 'grommet', 2, '2014-12-01 08:30:00'),
  (9, 'gasket', 0, NULL);
