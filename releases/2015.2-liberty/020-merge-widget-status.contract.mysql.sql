-- Mirrors go first. Every statement here commits by itself, so the order has to be right at each point in between.
DROP TRIGGER widget_to_widget_status_insert;
DROP TRIGGER widget_to_widget_status_update;
DROP TRIGGER widget_status_to_widget_insert;
DROP TRIGGER widget_status_to_widget_update;

-- The table is rebuilt while everybody reads and writes. The default was for Kilo, which is gone; Liberty gives every widget
-- a status.
ALTER TABLE widget MODIFY status_flag integer NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;

ALTER TABLE widget_status DROP FOREIGN KEY widget_status_widget_fk, ALGORITHM=INPLACE, LOCK=NONE;
DROP TABLE widget_status;
