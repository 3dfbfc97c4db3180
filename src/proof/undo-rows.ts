import type { RowsOfTable } from '../state/trace.ts'

/** The beginning of each sentence about undos, among the sentences that `interphase record` reports about a release. */
export const UNDO_SENTENCE_PREFIX = 'undo: '

/** The text after `UNDO_SENTENCE_PREFIX` in the sentence about a release that fails when it runs a second time. */
export const CANNOT_RUN_AGAIN_TEXT = 'the release cannot run again'

/**
 * The rows of a release's tables before the release, after the release, after its undo, and after a second run of the release.
 */
export interface TableRowsAroundUndo {
  readonly before: readonly RowsOfTable[]
  readonly applied: readonly RowsOfTable[]
  readonly undone: readonly RowsOfTable[]
  /** The rows after the undo and a second run of the release. The field is absent if the second run failed. */
  readonly again?: readonly RowsOfTable[]
}

/**
 * Returns a line for each table or column that has other rows or values after the undo than before the release. The result also
 * contains a line for each column whose values a second run of the release does not create again.
 */
export function listRowsLostByUndo({ before, applied, undone, again = [] }: TableRowsAroundUndo): readonly string[] {
  const left = before.flatMap((table) => listChangedColumns(table, named(undone, table)))
  const lost = applied.flatMap((table) => listEmptiedColumns(table, named(again, table)))
  return [...left, ...lost]
}

function named(tables: readonly RowsOfTable[], { table }: RowsOfTable): RowsOfTable | undefined {
  return tables.find((one) => one.table === table)
}

function listChangedColumns(was: RowsOfTable, is: RowsOfTable | undefined): readonly string[] {
  if (!is) return []
  const more = is.rows.length - was.rows.length
  if (more !== 0)
    return [
      `${UNDO_SENTENCE_PREFIX}table ${was.table} has ${Math.abs(more)} ${more > 0 ? 'more' : 'fewer'} rows after the undo than before the release`,
    ]
  const columns = was.columns.filter(
    (column) => is.columns.includes(column) && values(was, column).join('\n') !== values(is, column).join('\n'),
  )
  return columns.map(
    (column) => `${UNDO_SENTENCE_PREFIX}column ${was.table}.${column} has other values after the undo than before the release`,
  )
}

/**
 * Returns a line for each column in which a second run of the release creates fewer values than the first run. NULL does not count
 * as a value. The function only counts the values, because a time or a random value differs between runs.
 */
function listEmptiedColumns(was: RowsOfTable, is: RowsOfTable | undefined): readonly string[] {
  if (!is) return []
  return was.columns.flatMap((column) => {
    if (!is.columns.includes(column)) return []
    const gone = filled(was, column) - filled(is, column)
    return gone > 0
      ? [
          `${UNDO_SENTENCE_PREFIX}${gone} values of column ${was.table}.${column} are lost: the release does not create them when it runs again`,
        ]
      : []
  })
}

function values({ columns, rows }: RowsOfTable, column: string): readonly string[] {
  const at = columns.indexOf(column)
  return rows.map((row) => JSON.stringify(row[at] ?? null)).sort()
}

function filled({ columns, rows }: RowsOfTable, column: string): number {
  const at = columns.indexOf(column)
  return rows.filter((row) => (row[at] ?? null) !== null).length
}
