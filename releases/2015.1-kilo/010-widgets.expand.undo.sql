DROP TABLE widget_status;
DROP TABLE widget;
