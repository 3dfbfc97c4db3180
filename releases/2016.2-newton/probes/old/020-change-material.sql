UPDATE part SET material = 'brass' WHERE id = 1;
