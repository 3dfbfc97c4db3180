import type { DatabaseConnectionSettings } from '../../dialect/dialect.ts'
import { InterphaseError, isError } from '../../error.ts'
import { readRowsOfBoundaryDatabase } from '../../record/rows.ts'
import type { SqlText } from '../../release/migration.ts'
import { describeDifferences, describeObjectMismatch } from '../../schema/describe.ts'
import { differences } from '../../schema/difference.ts'
import { executeSqlFile, type ReleaseBoundaryDatabase, runWithDatabaseSession } from '../../shadow/boundary.ts'
import type { ShadowServerContext } from '../../shadow/shadow-server.ts'

const COPY_DATABASE = 'import_copy'
const ONLY_COUNTS = { rows: 0, characters: 0 }

/**
 * Executes the imported SQL on a second scratch database, and compares the result with the first scratch database, on which the
 * old migrations ran. The function compares the schema and the number of rows of each table. Throws `import.differs` if the SQL
 * fails or a result differs.
 */
export async function compareImportedSqlWithOldMigrations(
  shadows: ShadowServerContext,
  name: string,
  setup: SqlText | undefined,
  texts: readonly SqlText[],
): Promise<void> {
  const { server, dialect } = shadows
  const refuse = (found: readonly string[]) => new InterphaseError('import.differs', { dialect: dialect.name, differences: found })
  const read = (target: DatabaseConnectionSettings) =>
    runWithDatabaseSession(dialect, target, (session) => dialect.catalog.read(session, 'whole'))
  const copy = await server.create(COPY_DATABASE)
  try {
    if (setup) await runWithDatabaseSession(dialect, copy, (session) => executeSqlFile(session, dialect, setup, 'record.rows', 'setup'))
    for (const text of texts)
      await runWithDatabaseSession(dialect, copy, (session) => executeSqlFile(session, dialect, text, 'record.rows', 'setup')).catch(
        (error: unknown) => {
          throw isError(error, 'record.rows') ? refuse([`${text.file}: ${error.facts.problem}`]) : error
        },
      )
    const first: ReleaseBoundaryDatabase = { name, reading: await read(await server.target(name)) }
    const second: ReleaseBoundaryDatabase = { name: COPY_DATABASE, reading: await read(copy) }
    const found = differences(first.reading.state, second.reading.state)
    if (found.length > 0)
      throw refuse(describeDifferences(found, (one) => describeObjectMismatch(one, { before: 'old migrations', after: 'written SQL' })))
    const [rows, copied] = [await formatRowCount(shadows, first), await formatRowCount(shadows, second)]
    const differing = [...new Set([...rows.keys(), ...copied.keys()])].filter((table) => rows.get(table) !== copied.get(table))
    const inBoth = (table: string) => `old migrations ${rows.get(table) ?? 0}, written SQL ${copied.get(table) ?? 0}`
    if (differing.length > 0) throw refuse(differing.map((table) => `number of rows in ${table}: ${inBoth(table)}`))
  } finally {
    await server.drop(COPY_DATABASE)
  }
}

async function formatRowCount(shadows: ShadowServerContext, boundary: ReleaseBoundaryDatabase): Promise<ReadonlyMap<string, number>> {
  return new Map((await readRowsOfBoundaryDatabase(shadows, boundary, ONLY_COUNTS)).map(({ table, count }) => [table, count]))
}
