-- interphase: rerunnable
-- The oldest keeps the name, the others get their number behind it. Liberty asks before it takes a name, so new duplicates
-- come only from two that ask at the same moment. No trigger could help there without refusing what Liberty writes; instead
-- `pending` sees them, and the step can simply run again.
UPDATE widget SET name = CONCAT(name, ' (', id, ')')
WHERE id IN (
  -- MySQL reads the table it writes only through a table of its own: hence one more level.
  SELECT id FROM (
    SELECT DISTINCT later.id FROM widget later JOIN widget first ON first.name = later.name AND first.id < later.id
  ) AS duplicate
);
