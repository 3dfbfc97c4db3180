UPDATE note SET body = 'right thread after all' WHERE id = 3;
