INSERT INTO widget (id, name) VALUES
  (1, 'flange'),
  (2, 'grommet'),
  (3, 'sprocket'),
  (4, 'gasket'),
  (5, 'bearing');
