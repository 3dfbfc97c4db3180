import type { ChangePattern } from './pattern.ts'

/**
 * The pattern for making a column NOT NULL. The old version of the application can write NULL until contract. Before contract,
 * the pending query finds the rows with NULL, and the data step runs again.
 */
export const notNullPattern: ChangePattern = {
  summary: 'a column gets NOT NULL',
  uses: ['table', 'column', 'type', 'value'],
  texts: ({ table, column, type, value, joined }, server) => {
    const rule = joined('table', 'column', { text: 'given' })
    return {
      'migrate': `-- interphase: batch ${table}
UPDATE ${table} SET ${column} = ${value} WHERE :batch AND ${column} IS NULL;
`,
      'migrate.pending': `SELECT count(*) AS pending FROM ${table} WHERE ${column} IS NULL;
`,
      'contract':
        server === 'postgres'
          ? `-- interphase: transaction off
-- VALIDATE reads the table while the application writes. SET NOT NULL then uses the check and reads nothing.
ALTER TABLE ${table} ADD CONSTRAINT ${rule} CHECK (${column} IS NOT NULL) NOT VALID;
ALTER TABLE ${table} VALIDATE CONSTRAINT ${rule};
ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL;
ALTER TABLE ${table} DROP CONSTRAINT ${rule};
`
          : `-- The statement repeats the whole definition of the column. Compare it with SHOW CREATE TABLE.
ALTER TABLE ${table} MODIFY ${column} ${type} NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;
`,
    }
  },
}
