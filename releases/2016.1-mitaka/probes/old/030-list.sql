SELECT id, name, status_flag, modified_timestamp FROM widget ORDER BY id;
