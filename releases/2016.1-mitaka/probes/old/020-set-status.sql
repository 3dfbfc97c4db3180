UPDATE widget SET status_flag = 2, modified_timestamp = '2016-04-01 10:30:00' WHERE id = 2;
