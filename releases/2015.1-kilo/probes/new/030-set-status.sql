UPDATE widget_status SET status_flag = 2, modified_date = '2015-05-01 09:00:00' WHERE widget_id = 1;
