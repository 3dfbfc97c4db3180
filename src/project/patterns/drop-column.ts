import { applyDifferences, type Difference } from '../../schema/difference.ts'
import { formatObjectName } from '../../schema/object.ts'
import { formatFileBody } from './change-file.ts'
import { withoutDefaultCollation } from './column-copy.ts'
import { findDependentsOfColumn, makeDependentObjectQuestions, refusePrimaryKeyColumn } from './dependents.ts'
import {
  formatFrontMatter,
  joinPatternFileParts,
  makePatternFilePart,
  makeTableCopyFilePart,
  mustServerCopyTable,
  type PatternFilePart,
} from './part-of-file.ts'
import type { ChangeFileTexts, ChangePattern, ColumnOfPattern, PatternServerName, QuotedPatternArguments } from './pattern.ts'
import type { RecordedColumn } from './recorded-table.ts'

/**
 * The pattern for removing a column. The new version of the application does not use the column, and the old version uses the
 * column until contract.
 */
export const dropColumnPattern: ChangePattern = {
  summary: 'a column is removed',
  uses: ['table', 'column', 'value'],
  texts: (names, server, recorded) => (recorded ? recordedTexts(names, server, recorded) : plainTexts(names, server)),
}

function plainTexts({ table, column, value }: QuotedPatternArguments, server: PatternServerName): ChangeFileTexts {
  return {
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
  }
}

function recordedTexts(names: QuotedPatternArguments, server: PatternServerName, recorded: ColumnOfPattern): ChangeFileTexts {
  refusePrimaryKeyColumn(recorded)
  return {
    ...(doesColumnNeedDefault(recorded) && giveDefault(names, recorded)),
    contract: makeDropColumnFile(names, server, recorded),
  }
}

/** Returns true if the server refuses a row without a value of the column. The pattern must then add a default. */
export function doesColumnNeedDefault({ column }: RecordedColumn): boolean {
  const { nullable, identity, generated } = column
  return !nullable && column.default === undefined && identity === undefined && generated === undefined
}

function giveDefault({ value }: QuotedPatternArguments, { state, column, objects, write, dialect }: RecordedColumn): ChangeFileTexts {
  // On MySQL and MariaDB, a statement that changes a column repeats the whole definition of the column. The definition contains
  // no collation if the column has the default collation of the table.
  const plain = withoutDefaultCollation(column, objects)
  const filled = applyDifferences(state, [{ kind: 'altered', before: column, after: { ...plain, default: value } }])
  const emptied = applyDifferences(state, [{ kind: 'altered', before: column, after: plain }])
  return {
    'expand': `-- The new version does not write the column, and the old version still reads it. The default gives a value to the rows of
-- the new version.
${formatFileBody(write(state, filled).statements, dialect)}`,
    'expand.undo': formatFileBody(write(filled, emptied).statements, dialect),
  }
}

/**
 * Returns the file that drops a column with its constraints and indexes, with questions for the author about the objects that
 * need the column. `first` contains the statements at the beginning of the file.
 */
export function makeDropColumnFile(
  { table, column }: QuotedPatternArguments,
  server: PatternServerName,
  recorded: RecordedColumn,
  first = '',
): string {
  const known = findDependentsOfColumn(recorded)
  const { rules, views } = known
  const asked = views.map(
    (view) =>
      `The ${formatObjectName(view)} reads the column ${recorded.column.table}.${recorded.column.name}. Write the statements here that create it without the column, or drop it if no code reads it. Its recorded query is: ${view.definition}`,
  )
  const dropped = joinPatternFileParts([
    makeTableCopyFilePart(recorded),
    makePatternFilePart({ questions: [...asked, ...makeDependentObjectQuestions(recorded, known)] }),
    server === 'postgres' ? toldRules(rules.map(formatObjectName)) : dropRules(recorded, rules),
  ])
  const instant = server === 'postgres' || mustServerCopyTable(recorded) ? '' : ', ALGORITHM=INSTANT'
  return `${formatFrontMatter(dropped)}${first}${formatFileBody(dropped.statements, recorded.dialect)}ALTER TABLE ${table} DROP COLUMN ${column}${instant};
`
}

function toldRules(names: readonly string[]): PatternFilePart {
  return makePatternFilePart({ remarks: names.length === 0 ? [] : [`The server drops with the column: ${names.join(', ')}.`] })
}

/**
 * Returns the statements that drop the constraints and indexes of a column. They precede DROP COLUMN, because the server cannot
 * drop a column of an index instantly.
 */
function dropRules({ state, write }: RecordedColumn, rules: ReturnType<typeof findDependentsOfColumn>['rules']): PatternFilePart {
  const removed = rules.map((object): Difference => ({ kind: 'removed', object }))
  return makePatternFilePart({ statements: write(state, applyDifferences(state, removed)).statements })
}
