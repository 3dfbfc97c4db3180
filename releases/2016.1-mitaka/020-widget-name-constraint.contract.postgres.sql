-- The index is there and valid. Making it the constraint is a moment's work.
ALTER TABLE widget ADD CONSTRAINT widget_name_unique UNIQUE USING INDEX widget_name_unique;
