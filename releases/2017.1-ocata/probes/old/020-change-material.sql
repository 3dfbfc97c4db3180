UPDATE part SET material_code = 'brass' WHERE id = 1;
