UPDATE widget SET status_flag = 2, modified_timestamp = '2015-10-15 10:30:00' WHERE id = 2;
