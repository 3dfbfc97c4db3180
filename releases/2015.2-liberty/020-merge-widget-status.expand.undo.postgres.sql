DROP TRIGGER widget_to_widget_status ON widget;
DROP TRIGGER widget_status_to_widget ON widget_status;
DROP FUNCTION widget_to_widget_status();
DROP FUNCTION widget_status_to_widget();
ALTER TABLE widget DROP COLUMN status_flag, DROP COLUMN modified_timestamp;
