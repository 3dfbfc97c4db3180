import { findTableCopyReason } from '../../schema/table-copy.ts'
import { formatFrontMatter, makePatternFilePart, makeTableCopyFilePart } from './part-of-file.ts'
import type { ChangePattern } from './pattern.ts'
import type { RecordedColumn } from './recorded-table.ts'

/**
 * The pattern for making a column unique. The data step changes the existing duplicates, and the pending query finds duplicates
 * that are written later.
 */
export const uniquePattern: ChangePattern = {
  summary: 'a column gets a unique key',
  uses: ['table', 'key', 'column'],
  texts: ({ table, key, column, joined }, server, recorded) => {
    const name = joined('table', 'column', { text: 'unique' })
    return {
      'migrate': `${recorded ? askAboutSuffix(recorded) : ''}-- interphase: rerunnable
-- The row with the smallest ${key} keeps its value, and the others get their ${key} as a suffix. Replace this rule by that of your
-- application: it may merge or delete such rows. The step runs again while the pending query finds rows.
UPDATE ${table} SET ${column} = CONCAT(${column}, '-', ${key})
WHERE ${key} IN (
  -- MySQL reads the table that it updates only through a derived table.
  SELECT ${key} FROM (
    SELECT DISTINCT later.${key} FROM ${table} later JOIN ${table} first ON first.${column} = later.${column} AND first.${key} < later.${key}
  ) AS duplicate
);
`,
      'migrate.pending': `SELECT count(DISTINCT later.${key}) AS pending FROM ${table} later
JOIN ${table} first ON first.${column} = later.${column} AND first.${key} < later.${key};
`,
      'contract':
        server === 'postgres'
          ? `-- interphase: transaction off
-- CONCURRENTLY builds the index while the application writes.
CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${table} (${column});
ALTER TABLE ${table} ADD CONSTRAINT ${name} UNIQUE USING INDEX ${name};
`
          : recorded && findTableCopyReason(recorded.objects)?.kind === 'storage engine'
            ? `${formatFrontMatter(makeTableCopyFilePart(recorded))}ALTER TABLE ${table} ADD CONSTRAINT ${name} UNIQUE (${column});
`
            : `-- LOCK=NONE builds the index while the application writes.
ALTER TABLE ${table} ADD CONSTRAINT ${name} UNIQUE (${column}), ALGORITHM=INPLACE, LOCK=NONE;
`,
    }
  },
}

const TEXT_TYPE = /char|text/i

/** Returns a question for the author if the duplicates cannot get a suffix, because the column contains no text. */
function askAboutSuffix({ column: { table, name, type } }: RecordedColumn): string {
  if (TEXT_TYPE.test(type)) return ''
  const question = `The column ${table}.${name} has the type ${type}, so the duplicates cannot get a suffix. Which value do they get, or which rows are merged or deleted? Write this rule instead of CONCAT.`
  return formatFrontMatter(makePatternFilePart({ questions: [question] }))
}
