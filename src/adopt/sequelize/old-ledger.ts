import { sql, sqlName } from '../../dialect/sql.ts'
import { InterphaseError } from '../../error.ts'
import { fileNameOfPath } from '../../release/file-name.ts'
import type { Migration, MigrationId } from '../../release/migration.ts'
import { migrationsInRunOrder } from '../../release/order.ts'
import type { ConnectedProject } from '../../run/connected-project.ts'
import { IMPORTED_LEDGER_TABLE } from './import-sequelize.ts'
import { importedFrom } from './sent-sql.ts'

/**
 * Returns the migration of the history up to which the table `SequelizeMeta` of the database names every file. Undefined if the
 * database has no such table, or the chain contains none of its files. Throws `adopt.old-ledger` if the table lacks a file before that
 * migration.
 */
export async function findPointInOldLedger({ session, dialect, chain }: ConnectedProject): Promise<MigrationId | undefined> {
  const known = migrationsInRunOrder(chain).flatMap((migration) => {
    const name = oldNameOf(migration)
    return name === undefined ? [] : [{ id: migration.id, name }]
  })
  if (known.length === 0 || !(await dialect.hasTable(session, IMPORTED_LEDGER_TABLE))) return undefined
  const rows = await session.query<{ readonly name: string }>(sql`SELECT name FROM ${sqlName(IMPORTED_LEDGER_TABLE)}`)
  const ran = new Set(rows.map(({ name }) => name))
  const last = known.findLastIndex(({ name }) => ran.has(name))
  const missing = known.slice(0, Math.max(last, 0)).filter(({ name }) => !ran.has(name))
  if (missing.length > 0)
    throw new InterphaseError('adopt.old-ledger', {
      table: IMPORTED_LEDGER_TABLE,
      missing: missing.map(({ name }) => name),
      last: known[last]?.name ?? '',
    })
  return known[last]?.id
}

/** Returns the name of the old file that a migration was imported or copied from: `1-a.js` for `1-a.expand.js`. */
function oldNameOf({ file, body, phase }: Migration): string | undefined {
  if (body.kind === 'sql') return importedFrom(body.sql.text)
  return fileNameOfPath(file).replace(`.${phase}`, '')
}
