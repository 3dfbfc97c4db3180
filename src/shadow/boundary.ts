import type { CatalogReading, DatabaseConnectionSettings, DatabaseSession, Dialect, ScratchServer } from '../dialect/dialect.ts'
import type { SqlFilePurpose } from '../dialect/judgement.ts'
import { sha256Digest } from '../digest.ts'
import { errorMessageOf, InterphaseError } from '../error.ts'
import type { Release, SqlText } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'

/** A scratch database with the schema at the start of a release, and this schema as the catalog reader has read it. */
export interface ReleaseBoundaryDatabase {
  readonly name: string
  readonly reading: CatalogReading
  /**
   * True if the next execution of a release may change this scratch database itself. Otherwise the execution must use a copy of
   * the database.
   */
  readonly spare?: boolean
}

/**
 * Returns the name of the scratch database that contains the schema at the end of `releases`, without sample rows. The name
 * contains a hash of the migrations and the set-up file.
 */
export function boundaryDatabaseName(setup: SqlText | undefined, releases: readonly Release[]): string {
  const made = releases.flatMap(migrationsInPhasedOrder).flatMap((migration) => [migration.id, migration.checksum])
  return `at_${sha256Digest(setup?.text ?? '', ...made).slice(0, 20)}`
}

/** Opens a session on a database, calls `work` with the session, and closes the session also after an error. */
export async function runWithDatabaseSession<T>(
  dialect: Dialect,
  target: DatabaseConnectionSettings,
  work: (session: DatabaseSession) => Promise<T>,
): Promise<T> {
  const session = await dialect.open(target)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/**
 * Creates the scratch database for the start of the first release: an empty database in which the set-up file of the project has
 * run. Returns the schema of the database, as the catalog reader has read it.
 */
export async function createFirstBoundaryDatabase(
  server: ScratchServer,
  dialect: Dialect,
  setup: SqlText | undefined,
  name: string,
): Promise<CatalogReading> {
  const reading = await runWithDatabaseSession(dialect, await server.create('first'), async (session) => {
    if (setup) await executeSqlFile(session, dialect, setup, 'record.rows', 'setup')
    return dialect.catalog.read(session, 'whole')
  })
  // The scratch database gets its final name by a copy, and only when it is complete. A later run can therefore use any database
  // with such a name.
  await server.copy('first', name)
  return reading
}

/**
 * Executes a SQL file of the project statement by statement, and then resets the session. Throws the error `code` if a statement
 * fails.
 */
export async function executeSqlFile(
  session: DatabaseSession,
  dialect: Dialect,
  sql: SqlText,
  code: 'record.rows' | 'draft.source',
  purpose: SqlFilePurpose = 'migration',
): Promise<void> {
  const { statements } = await dialect.files.script(sql, 'auto', purpose)
  for (const statement of statements) {
    const at = { file: sql.file, line: statement.line }
    for (const text of (await dialect.border.executed(session, statement.text, true)).texts)
      await dialect.files.judge({ file: sql.file, text }, at.line)
    const refusal = purpose === 'setup' ? undefined : await dialect.border.refusalInDatabase(session, statement.text)
    if (refusal) throw new InterphaseError('statement.refused', { ...at, ...refusal })
    try {
      await session.execute(statement.text, at)
    } catch (error) {
      throw new InterphaseError(code, { file: sql.file, dialect: dialect.name, problem: errorMessageOf(error) }, { cause: error })
    }
  }
  await session.reset()
}
