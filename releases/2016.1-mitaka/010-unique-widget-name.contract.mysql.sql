-- LOCK=NONE: everybody goes on writing while the index is built. Where the server could not do that, it refuses instead of
-- copying the table behind a lock.
ALTER TABLE widget ADD CONSTRAINT widget_name_unique UNIQUE (name), ALGORITHM=INPLACE, LOCK=NONE;
