DELETE FROM widget WHERE id = 3;
