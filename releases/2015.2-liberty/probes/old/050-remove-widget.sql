DELETE FROM widget WHERE id = 4;
