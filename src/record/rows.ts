import type { RowVolume } from '../dialect/dialect.ts'
import { loadRowWriter } from '../dialects/open.ts'
import { isError } from '../error.ts'
import type { Release, ReleaseChain } from '../release/migration.ts'
import { type ColumnObject, objectIdOf, type TableObject } from '../schema/object.ts'
import { objectsOfState, type SchemaState } from '../schema/state.ts'
import { type ReleaseBoundary, runWithSession } from '../shadow/boundary.ts'
import type { ShadowServer } from '../shadow/shadow-server.ts'
import { digestOfChainForRows, type RowsOfChain, type RowsOfChainTable } from '../state/chain-rows.ts'
import type { ReleaseBoundaries } from './boundaries.ts'

// The rows stand in a file that people review. A larger set of rows belongs into the migrations only.
const MOST_ROWS = 2000
const MOST_CHARACTERS = 500_000

/** Reads and writes the rows that a chain makes, in the recorded states of its newest release. */
export interface RowsOfChainStore {
  readonly read: (newest: Release) => Promise<RowsOfChain | undefined>
  readonly write: (newest: Release, rows: RowsOfChain) => Promise<void>
}

/**
 * Reads the rows that the chain makes on an empty database, without sample rows, and stores them with the newest release. Does nothing
 * if they are stored already. Emits a remark if the chain does not run on an empty database.
 */
export async function recordRowsOfChain(
  shadows: ShadowServer,
  chain: ReleaseChain,
  boundaries: ReleaseBoundaries,
  store: RowsOfChainStore,
): Promise<void> {
  const newest = chain.releases.at(-1)
  const of = digestOfChainForRows(chain)
  if (!newest || (await store.read(newest))?.of === of) return
  try {
    const end = await boundaries.before(chain.releases.length)
    await store.write(newest, { of, tables: await readRowsOfChain(shadows, end, { rows: MOST_ROWS, characters: MOST_CHARACTERS }) })
  } catch (error) {
    if (!isError(error, 'record.failed')) throw error
    shadows.emit({
      type: 'remark',
      says: `the rows that the releases make on an empty database are not known, because they do not run there: ${error.message}`,
    })
  }
}

/**
 * Reads the rows of all tables of a scratch database, sorted by table and row. Keeps the rows of a table only while the sums stay within
 * the limits, and if their text is exact.
 */
export async function readRowsOfChain(
  { dialect, server }: ShadowServer,
  { name, reading }: ReleaseBoundary,
  limits: { readonly rows: number; readonly characters: number },
): Promise<readonly RowsOfChainTable[]> {
  const writer = await loadRowWriter(dialect.name)
  return runWithSession(dialect, await server.target(name), async (session) => {
    const found: RowsOfChainTable[] = []
    const left = { ...limits }
    const tables = [...objectsOfState(reading.state)].filter((object) => object.kind === 'table')
    for (const table of tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const columns = storedColumnsOf(table, reading.state)
      const names = columns.map((column) => column.name)
      const volume = await dialect.catalog.volume(session, table, names)
      if (volume.rows === 0) continue
      // A large table is only counted. Its rows might not fit into memory.
      const isKept = columns.length > 0 && columns.every(writer.isExact) && isWithin(volume, left)
      const kept = isKept && { columns: names, rows: (await dialect.catalog.rows(session, table, names)).toSorted(compareAsText) }
      found.push({ table: table.name, count: volume.rows, ...(kept && { kept }) })
    }
    return found
  })
}

/** Returns the columns of a table whose values a statement can write, in the order of the table. */
export function storedColumnsOf(table: TableObject, state: SchemaState): readonly ColumnObject[] {
  const group = state.groups.get(objectIdOf(table))
  return table.columns.flatMap((name) => {
    const column = group?.get(`column:${table.name}.${name}`)
    return column?.kind === 'column' && !column.generated ? [column] : []
  })
}

/** True if a table fits into the limits. Subtracts it from them. */
function isWithin({ rows, characters }: RowVolume, left: { rows: number; characters: number }): boolean {
  if (rows > left.rows || characters > left.characters) return false
  left.rows -= rows
  left.characters -= characters
  return true
}

function compareAsText(one: readonly (string | null)[], other: readonly (string | null)[]): number {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)]
  return a < b ? -1 : a > b ? 1 : 0
}
