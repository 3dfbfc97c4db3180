DELETE FROM widget WHERE id = 2;
