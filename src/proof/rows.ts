import type { RowsOfTable } from '../state/trace.ts'

/** A sentence about the rows of one table that differ between two executions. */
export interface TableRowDifference {
  readonly table: string
  readonly says: string
}

/** The largest number of differing rows of one table that a message contains. */
const SHOWN = 3

/**
 * Returns the tables whose rows differ between two executions. The comparison ignores the order of the rows. It compares only
 * tables and columns that exist in both executions, because any other difference is a difference of the schema.
 */
export function compareTableRows(
  one: readonly RowsOfTable[],
  two: readonly RowsOfTable[],
  names = { first: 'authored order', second: 'phased order' },
): readonly TableRowDifference[] {
  const other = new Map(two.map((table) => [table.table, table]))
  return one.flatMap((mine) => {
    const theirs = other.get(mine.table)
    if (!theirs) return []
    const columns = mine.columns.filter((column) => theirs.columns.includes(column))
    const [onlyMine, onlyTheirs] = unmatched(project(mine, columns), project(theirs, columns))
    if (onlyMine.length === 0 && onlyTheirs.length === 0) return []
    const parts = [...shown(names.first, onlyMine), ...shown(names.second, onlyTheirs)]
    return [{ table: mine.table, says: `table ${mine.table} (${columns.join(', ')}): ${parts.join('; ')}` }]
  })
}

/**
 * Returns, by table, the columns in which two executions of the same order differ. The values of these columns contain times or
 * random values.
 */
export function findNondeterministicColumns(
  first: readonly RowsOfTable[],
  second: readonly RowsOfTable[],
): ReadonlyMap<string, readonly string[]> {
  const other = new Map(second.map((table) => [table.table, table]))
  const found = new Map<string, readonly string[]>()
  for (const mine of first) {
    const theirs = other.get(mine.table)
    if (!theirs) continue
    const differing = mine.columns.filter(
      (column) => sorted(project(mine, [column])).join('\n') !== sorted(project(theirs, [column])).join('\n'),
    )
    if (differing.length > 0) found.set(mine.table, differing)
  }
  return found
}

/** Returns the rows of tables without the given columns. */
export function removeColumnsFromRows(
  tables: readonly RowsOfTable[],
  columns: ReadonlyMap<string, readonly string[]>,
): readonly RowsOfTable[] {
  return tables.map((table) => {
    const out = columns.get(table.table)
    if (!out) return table
    const kept = table.columns.filter((column) => !out.includes(column))
    return { table: table.table, columns: kept, rows: project(table, kept) }
  })
}

function project(table: RowsOfTable, columns: readonly string[]): readonly (readonly (string | null)[])[] {
  const places = columns.map((column) => table.columns.indexOf(column))
  return table.rows.map((row) => places.map((place) => row[place] ?? null))
}

function sorted(rows: readonly (readonly (string | null)[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort()
}

/** Returns the rows that occur more often in one list than in the other list, for each of the two lists. */
function unmatched(
  a: readonly (readonly (string | null)[])[],
  b: readonly (readonly (string | null)[])[],
): readonly [readonly string[], readonly string[]] {
  const count = new Map<string, number>()
  for (const row of sorted(a)) count.set(row, (count.get(row) ?? 0) + 1)
  const onlyB = sorted(b).filter((row) => {
    const left = count.get(row) ?? 0
    if (left > 0) count.set(row, left - 1)
    return left === 0
  })
  return [[...count].flatMap(([row, times]) => Array.from({ length: times }, () => row)), onlyB]
}

function shown(order: string, rows: readonly string[]): readonly string[] {
  if (rows.length === 0) return []
  const more = rows.length > SHOWN ? ` and ${rows.length - SHOWN} more` : ''
  return [`only in ${order} ${rows.slice(0, SHOWN).join(' ')}${more}`]
}
