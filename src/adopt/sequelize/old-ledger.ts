import { sql, sqlName } from '../../dialect/sql.ts'
import { InterphaseError } from '../../error.ts'
import { fileNameOfPath } from '../../release/file-name.ts'
import type { Migration, MigrationId } from '../../release/migration.ts'
import { migrationsOfChainInRunOrder } from '../../release/order.ts'
import type { ConnectedProject } from '../../run/connected-project.ts'
import { findOldFileNameOfImportedMigration } from './history-file.ts'
import { SEQUELIZE_LEDGER_TABLE_NAME } from './import-sequelize.ts'

/**
 * Returns the last migration of the chain that has already run in the database as a migration of sequelize-cli or umzug. The
 * function finds the file from which the migration was imported in the table `SequelizeMeta`. Returns undefined if the table does
 * not exist, or contains no such file. Throws `adopt.old-ledger` if the table does not contain the file of an earlier migration.
 * Emits a remark about files in the table from which no migration of the chain was imported.
 */
export async function readLastMigrationFromSequelizeLedger({
  session,
  dialect,
  chain,
  emit,
}: ConnectedProject): Promise<MigrationId | undefined> {
  const known = migrationsOfChainInRunOrder(chain).flatMap((migration) => {
    const name = oldNameOf(migration)
    return name === undefined ? [] : [{ id: migration.id, name, stem: stemOf(name) }]
  })
  if (known.length === 0 || !(await dialect.hasTable(session, SEQUELIZE_LEDGER_TABLE_NAME))) return undefined
  const rows = await session.query<{ readonly name: string }>(sql`SELECT name FROM ${sqlName(SEQUELIZE_LEDGER_TABLE_NAME)}`)
  const ran = new Set(rows.map(({ name }) => stemOf(name)))
  const last = known.findLastIndex(({ stem }) => ran.has(stem))
  const missing = known.slice(0, Math.max(last, 0)).filter(({ stem }) => !ran.has(stem))
  if (missing.length > 0)
    throw new InterphaseError('adopt.old-ledger', {
      table: SEQUELIZE_LEDGER_TABLE_NAME,
      missing: missing.map(({ name }) => name),
      last: known[last]?.name ?? '',
    })
  const stems = new Set(known.map(({ stem }) => stem))
  const others = rows.filter(({ name }) => !stems.has(stemOf(name))).map(({ name }) => name)
  if (last >= 0 && others.length > 0)
    emit({
      type: 'remark',
      says: `no migration was imported from these files, which the table ${SEQUELIZE_LEDGER_TABLE_NAME} names: ${others.join(', ')}`,
    })
  return known[last]?.id
}

/**
 * Returns the name of an old migration file without its directory and its ending. If a project compiles TypeScript, umzug can
 * store the name with .ts or .js, and also a path.
 */
function stemOf(name: string): string {
  return fileNameOfPath(name).replace(/\.[cm]?[jt]s$/, '')
}

/**
 * Returns the name of the old file from which a migration was imported or copied, for example `1-a.js` for `1-a.expand.js`.
 * Returns undefined for a SQL file that was not imported.
 */
function oldNameOf({ file, body, phase }: Migration): string | undefined {
  if (body.kind === 'sql') return findOldFileNameOfImportedMigration(body.sql.text)
  return fileNameOfPath(file).replace(`.${phase}`, '')
}
