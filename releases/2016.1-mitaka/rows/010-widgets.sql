-- Two names stand there more than once.
INSERT INTO widget (id, name, status_flag, modified_timestamp) VALUES
  (1, 'flange', 1, '2015-04-30 16:45:10'),
  (2, 'grommet', 2, '2014-12-01 08:30:00'),
  (3, 'flange', 1, '2014-03-17 00:00:00'),
  (4, 'gasket', 0, NULL),
  (5, 'flange', 3, '2016-01-10 11:00:00'),
  (6, 'gasket', 1, '2016-02-02 07:15:00');
