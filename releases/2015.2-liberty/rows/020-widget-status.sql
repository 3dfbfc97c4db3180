-- Three spellings of a moment, one status without a moment, and widget 5 without a status.
INSERT INTO widget_status (widget_id, status_flag, modified_date) VALUES
  (1, 1, '2015-04-30 16:45:10'),
  (2, 2, '2014-12-01T08:30:00Z'),
  (3, 1, '17 Mar 2014'),
  (4, 3, NULL);
