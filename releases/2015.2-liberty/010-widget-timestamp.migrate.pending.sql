SELECT count(*) AS pending FROM widget_status WHERE modified_date IS NOT NULL AND modified_timestamp IS NULL;
