import { loadDialect } from '../../src/dialects/open.ts'
import { fingerprintOfState } from '../../src/schema/fingerprint.ts'
import type { DialectName, TableObject } from '../../src/schema/object.ts'
import { objectsOfState } from '../../src/schema/state.ts'
import { execute } from './servers.ts'

/** The content of a database after a walk: the fingerprint of the schema, all rows, and the ledger without its times. */
export interface Image {
  readonly schema: string
  readonly rows: { readonly [table: string]: readonly string[] }
  readonly ledger: readonly string[]
}

/** Returns the image of a database. The image contains all rows of the application, and the ledger without its times. */
export async function imageOf(dialectName: DialectName, url: string): Promise<Image> {
  const dialect = await loadDialect(dialectName)
  const session = await dialect.open({ url, purpose: 'test' })
  try {
    const { state } = await dialect.catalog.read(session, 'whole')
    const tables = [...objectsOfState(state)].filter((object): object is TableObject => object.kind === 'table')
    const rows: Record<string, readonly string[]> = {}
    for (const table of tables) {
      const columns = [...objectsOfState(state)].flatMap((object) =>
        object.kind === 'column' && object.table === table.name ? [object.name] : [],
      )
      const read = await dialect.catalog.rows(session, table, columns.sort())
      rows[table.name] = read.map((row) => JSON.stringify(row)).sort()
    }
    return { schema: fingerprintOfState(state), rows, ledger: await ledgerOf(url) }
  } finally {
    await session.close()
  }
}

/**
 * Returns one line for each migration, sorted by id. The line contains only facts that interruptions of the run do not change.
 */
async function ledgerOf(url: string): Promise<readonly string[]> {
  const rows = await execute(url, 'SELECT id, checksum, run_state, run_cursor, how FROM interphase_migration ORDER BY id')
  return rows.map(
    (row) =>
      `${String(row['id'])} ${String(row['checksum'])} ${String(row['run_state'])} ${String(row['run_cursor'])} ${String(row['how'])}`,
  )
}
