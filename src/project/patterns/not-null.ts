import { InterphaseError } from '../../error.ts'
import { formatFileBody } from './change-file.ts'
import { withoutDefaultCollation } from './column-copy.ts'
import { formatFrontMatter, makePatternFilePart, makeTableCopyFilePart } from './part-of-file.ts'
import type { ChangePattern } from './pattern.ts'
import type { RecordedColumn } from './recorded-table.ts'

/**
 * The pattern for making a column NOT NULL. The old version of the application can write NULL until contract. The pending query
 * therefore counts the rows with NULL before contract begins, and the data step runs again for these rows.
 */
export const notNullPattern: ChangePattern = {
  summary: 'a column gets NOT NULL',
  uses: ['table', 'column', 'type', 'value'],
  texts: ({ table, column, type, value, joined }, server, recorded) => {
    if (recorded) refuseRequiredColumn(recorded)
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
          : recorded
            ? requireRecordedColumn(recorded)
            : `-- The statement repeats the whole definition of the column. Compare it with SHOW CREATE TABLE.
ALTER TABLE ${table} MODIFY ${column} ${type} NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;
`,
    }
  },
}

/** Returns the statement that repeats the recorded definition of the column and adds NOT NULL. */
function requireRecordedColumn(recorded: RecordedColumn): string {
  const { column, objects, online, dialect } = recorded
  const required = online.setNotNull({ ...withoutDefaultCollation(column, objects), nullable: false }, objects)
  const asked = required.isBlocking ? makeTableCopyFilePart(recorded) : makePatternFilePart({})
  return `${formatFrontMatter(asked)}-- The statement repeats the recorded definition of the column.
${formatFileBody(required.statements, dialect)}`
}

function refuseRequiredColumn({ column: { table, name, nullable } }: RecordedColumn): void {
  if (nullable) return
  throw new InterphaseError('usage', {
    problem: `the column ${table}.${name} is already NOT NULL in the recorded schema`,
    try: 'Correct the name of the column: --column <name>',
  })
}
