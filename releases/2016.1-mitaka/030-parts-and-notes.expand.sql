-- What a part is made of is free text; the next release wishes it were not.
-- ON DELETE CASCADE is for Liberty: it removes widgets and knows nothing of parts. A key that said no would be a new rule.
CREATE TABLE part (
  id integer NOT NULL,
  widget_id integer NOT NULL,
  material varchar(40),
  CONSTRAINT part_pk PRIMARY KEY (id),
  CONSTRAINT part_widget_fk FOREIGN KEY (widget_id) REFERENCES widget (id) ON DELETE CASCADE
);

CREATE TABLE note (
  id integer NOT NULL,
  widget_id integer NOT NULL,
  body varchar(200) NOT NULL,
  CONSTRAINT note_pk PRIMARY KEY (id),
  CONSTRAINT note_widget_fk FOREIGN KEY (widget_id) REFERENCES widget (id) ON DELETE CASCADE
);
