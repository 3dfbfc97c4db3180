UPDATE widget_status SET status_flag = 2, modified_date = '2015-10-01 12:30:00' WHERE widget_id = 1;
