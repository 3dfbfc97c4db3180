-- interphase: transaction off
-- A unique index refuses duplicates from the moment it is there: it is a rule, so it waits for contract although it is "only"
-- an index. CONCURRENTLY lets everybody write while it is built, cannot run in a transaction, and stands in a file of its own.
CREATE UNIQUE INDEX CONCURRENTLY widget_name_unique ON widget (name);
