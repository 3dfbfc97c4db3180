import type { DatabaseConnectionSettings, DatabaseSession } from '../../../dialect/dialect.ts'
import { joinSql, sql, sqlName } from '../../../dialect/sql.ts'
import { InterphaseError } from '../../../error.ts'
import { describeDifferences, describeObjectMismatch } from '../../../schema/describe.ts'
import { differences } from '../../../schema/difference.ts'
import type { SchemaState } from '../../../schema/state.ts'
import { writableColumnsOfTable } from '../../../schema/writable-columns.ts'
import { mysqlCatalogReader } from '../catalog/catalog.ts'
import { openMysqlDatabaseSession } from '../session/connect.ts'
import type { MysqlFamilyServer } from '../session/flavour.ts'
import { createMysqlObjectsWithCode, createMysqlSequencesAndTables, readMysqlDatabaseDefinitions } from './definitions.ts'

/**
 * Copies a database: executes the CREATE statements that the server prints for the source, and copies rows and counters.
 * Afterwards, the function compares the schemas of both databases. Throws `record.printed-otherwise` with the differences if the
 * schemas differ.
 */
export async function copyMysqlDatabase(
  flavour: MysqlFamilyServer,
  from: DatabaseConnectionSettings,
  to: DatabaseConnectionSettings,
): Promise<void> {
  const source = await openMysqlDatabaseSession(from, flavour)
  try {
    const target = await openMysqlDatabaseSession(to, flavour)
    try {
      await copy(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function copy(source: DatabaseSession, target: DatabaseSession): Promise<void> {
  const { state } = await mysqlCatalogReader.read(source, 'whole', { identities: false })
  const definitions = await readMysqlDatabaseDefinitions(source, state)
  await createMysqlSequencesAndTables(target, definitions)
  for (const { name } of definitions.tables) await copyRows(source, target, name, state)
  await createMysqlObjectsWithCode(target, definitions)
  await mustEqual(state, target)
}

/** Copies the rows of a table with an INSERT, which writes only the writable columns. */
async function copyRows(source: DatabaseSession, target: DatabaseSession, table: string, state: SchemaState): Promise<void> {
  const columns = writableColumnsOfTable(table, state).map((column) => sqlName(column.name))
  if (columns.length === 0) return
  const [to, from] = [sqlName(target.database, table), sqlName(source.database, table)]
  await target.query(sql`INSERT INTO ${to} (${joinSql(columns)}) SELECT ${joinSql(columns)} FROM ${from}`)
}

async function mustEqual(expected: SchemaState, target: DatabaseSession): Promise<void> {
  const { state } = await mysqlCatalogReader.read(target, 'whole', { identities: false })
  const found = describeDifferences(differences(expected, state), (one) =>
    describeObjectMismatch(one, { before: 'in the original', after: 'in the copy' }),
  )
  if (found.length > 0) throw new InterphaseError('record.printed-otherwise', { dialect: target.dialect, differences: found })
}
