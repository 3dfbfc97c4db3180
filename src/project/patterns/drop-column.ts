import type { ChangePattern } from './pattern.ts'

/**
 * The pattern for removing a column. The new version of the application does not use the column, and the old version uses the
 * column until contract.
 */
export const dropColumnPattern: ChangePattern = {
  summary: 'a column is removed',
  uses: ['table', 'column', 'value'],
  texts: ({ table, column, value }, server) => ({
    'expand': `-- The new version does not write the column, and the old version still reads it. The default gives a value to the rows of
-- the new version. Remove this file and its undo if the column may be NULL or has a default.
ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT ${value};
`,
    'expand.undo': `ALTER TABLE ${table} ALTER COLUMN ${column} DROP DEFAULT;
`,
    'contract':
      server === 'postgres'
        ? `-- Indexes and constraints of the column are dropped with it.
ALTER TABLE ${table} DROP COLUMN ${column};
`
        : `-- A column of an index cannot be dropped instantly. Drop the index first, with ALGORITHM=INPLACE, LOCK=NONE.
ALTER TABLE ${table} DROP COLUMN ${column}, ALGORITHM=INSTANT;
`,
  }),
}
