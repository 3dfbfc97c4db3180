-- A new table hurts nobody: no running code knows it. So a first release needs nothing but an expand.
-- Constraints get names of their own. A name that the server makes up can be another one on the next server.
CREATE TABLE widget (
  id integer NOT NULL,
  name varchar(100) NOT NULL,
  CONSTRAINT widget_pk PRIMARY KEY (id)
);

-- A widget without a row here has no status yet. modified_date is UTC, as text: the next release regrets that.
CREATE TABLE widget_status (
  widget_id integer NOT NULL,
  status_flag integer NOT NULL,
  modified_date text,
  CONSTRAINT widget_status_pk PRIMARY KEY (widget_id),
  CONSTRAINT widget_status_widget_fk FOREIGN KEY (widget_id) REFERENCES widget (id) ON DELETE CASCADE
);
