import type { TableRowVolume } from '../dialect/dialect.ts'
import { loadInsertStatementWriter } from '../dialects/open.ts'
import { isError } from '../error.ts'
import type { Release, ReleaseChain } from '../release/migration.ts'
import { objectsOfState } from '../schema/state.ts'
import { writableColumnsOfTable } from '../schema/writable-columns.ts'
import { type ReleaseBoundaryDatabase, runWithDatabaseSession } from '../shadow/boundary.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import { digestOfRowInputsOfChain, type RowsOfChain, type RowsOfChainTable } from '../state/chain-rows.ts'
import type { ReleaseBoundaryDatabaseProvider } from './boundaries.ts'

// The largest number of rows that the recording contains. The number is limited because users review the file with the rows. If a
// chain creates more rows, only the migrations contain them.
const MOST_ROWS = 2000
const MOST_CHARACTERS = 500_000

/** Reads and writes the rows that a chain creates, in the recorded states of the newest release. */
export interface RowsOfChainStore {
  readonly read: (newest: Release) => Promise<RowsOfChain | undefined>
  readonly write: (newest: Release, rows: RowsOfChain) => Promise<void>
}

/**
 * Reads the rows that the chain creates in an empty database without sample rows, and stores the rows with the newest release.
 * Does nothing if the stored rows are current. Emits a remark if the chain does not run in an empty database.
 */
export async function recordRowsOfChain(
  shadows: ShadowServerContext,
  chain: ReleaseChain,
  boundaries: ReleaseBoundaryDatabaseProvider,
  store: RowsOfChainStore,
): Promise<void> {
  const newest = chain.releases.at(-1)
  const of = digestOfRowInputsOfChain(chain)
  if (!newest || (await store.read(newest))?.of === of) return
  try {
    const end = await boundaries.before(chain.releases.length)
    await store.write(newest, {
      of,
      tables: await readRowsOfBoundaryDatabase(shadows, end, { rows: MOST_ROWS, characters: MOST_CHARACTERS }),
    })
  } catch (error) {
    if (!isError(error, 'record.failed')) throw error
    shadows.emit({
      type: 'remark',
      says: `the rows that the releases make on an empty database are not known, because they do not run there: ${error.message}`,
    })
  }
}

/**
 * Returns the number of rows of each table of a scratch database that has rows, sorted by table name. Also returns the rows
 * themselves, sorted, if the total size is within the limits and the texts of the values are exact.
 */
export async function readRowsOfBoundaryDatabase(
  { dialect, server }: ShadowServerContext,
  { name, reading }: ReleaseBoundaryDatabase,
  limits: { readonly rows: number; readonly characters: number },
): Promise<readonly RowsOfChainTable[]> {
  const writer = await loadInsertStatementWriter(dialect.name)
  return runWithDatabaseSession(dialect, await server.target(name), async (session) => {
    const found: RowsOfChainTable[] = []
    const left = { ...limits }
    const tables = [...objectsOfState(reading.state)].filter((object) => object.kind === 'table')
    for (const table of tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const columns = writableColumnsOfTable(table.name, reading.state)
      const names = columns.map((column) => column.name)
      const volume = await dialect.catalog.volume(session, table, names)
      if (volume.rows === 0) continue
      // The code only counts the rows of a large table, because the rows possibly do not fit into memory.
      const isKept = columns.length > 0 && columns.every(writer.isExact) && isWithin(volume, left)
      const kept = isKept && { columns: names, rows: (await dialect.catalog.rows(session, table, names)).toSorted(compareAsText) }
      found.push({ table: table.name, count: volume.rows, ...(kept && { kept }) })
    }
    return found
  })
}

/**
 * Returns true if the rows of a table are within the remaining limits. In this case, the function subtracts the rows from the
 * limits.
 */
function isWithin({ rows, characters }: TableRowVolume, left: { rows: number; characters: number }): boolean {
  if (rows > left.rows || characters > left.characters) return false
  left.rows -= rows
  left.characters -= characters
  return true
}

function compareAsText(one: readonly (string | null)[], other: readonly (string | null)[]): number {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)]
  return a < b ? -1 : a > b ? 1 : 0
}
