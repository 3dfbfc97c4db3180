import type { DatabaseConnectionSettings, DatabaseSession, Dialect, SqlFileAnalyzer } from '../dialect/dialect.ts'
import type { OnlineChangeWriter } from '../dialect/online-writer.ts'
import type { InsertStatementWriter } from '../dialect/row-writer.ts'
import type { SchemaChangeSqlWriter } from '../dialect/schema-writer.ts'
import { InterphaseError, isError } from '../error.ts'
import type { DialectName } from '../schema/object.ts'

/** Returns the dialect with the given name. Loads only the driver of this dialect, because loading a driver takes time. */
export async function loadDialect(name: DialectName): Promise<Dialect> {
  switch (name) {
    case 'postgres':
      return (await import('./postgres/postgres.ts')).postgresDialect
    case 'mysql':
      return (await import('./mysql/mysql.ts')).mysqlDialect
    case 'mariadb':
      return (await import('./mysql/mysql.ts')).mariadbDialect
  }
}

/** Returns the function of a dialect that writes SQL from schema states. The function does not load the driver. */
export async function loadSchemaChangeSqlWriter(name: DialectName): Promise<SchemaChangeSqlWriter> {
  if (name === 'postgres') return (await import('./postgres/writer/writer.ts')).writePostgresSchemaChangeSql
  const { writeMariadbSchemaChangeSql, writeMysqlSchemaChangeSql } = await import('./mysql/writer/writer.ts')
  return name === 'mysql' ? writeMysqlSchemaChangeSql : writeMariadbSchemaChangeSql
}

/**
 * Returns the writer of a dialect for schema changes that do not block the application. The function does not load the driver.
 */
export async function loadOnlineWriter(name: DialectName): Promise<OnlineChangeWriter> {
  if (name === 'postgres') return (await import('./postgres/writer/online.ts')).postgresOnlineWriter
  const { mariadbOnlineWriter, mysqlOnlineWriter } = await import('./mysql/writer/online.ts')
  return name === 'mysql' ? mysqlOnlineWriter : mariadbOnlineWriter
}

/** Returns the writer of INSERT statements for a dialect. The function does not load the driver. */
export async function loadInsertStatementWriter(name: DialectName): Promise<InsertStatementWriter> {
  return name === 'postgres'
    ? (await import('./postgres/writer/rows.ts')).postgresInsertStatementWriter
    : (await import('./mysql/writer/rows.ts')).mysqlInsertStatementWriter
}

/** Returns the analyzer of SQL files for a dialect. The function does not load the driver. */
export async function loadFileAnalyzer(name: DialectName): Promise<SqlFileAnalyzer> {
  return name === 'postgres'
    ? (await import('./postgres/text/files.ts')).postgresFileAnalyzer
    : (await import('./mysql/text/files.ts'))[`${name}FileAnalyzer`]
}

export interface OpenedTargetDatabase {
  readonly dialect: Dialect
  readonly session: DatabaseSession
}

/**
 * Opens the target database with the dialect of its URL and server. Throws `database.bad-url` if the scheme of the URL is
 * unknown, and `config.dialect` if the project does not declare the dialect.
 */
export async function openTargetDatabase(
  target: DatabaseConnectionSettings,
  declared: readonly DialectName[],
): Promise<OpenedTargetDatabase> {
  const opened = await openAny(target)
  if (declared.includes(opened.dialect.name)) return opened
  await opened.session.close()
  throw new InterphaseError('config.dialect', { dialect: opened.dialect.name, declared })
}

async function openAny(target: DatabaseConnectionSettings): Promise<OpenedTargetDatabase> {
  const scheme = /^([a-z]+):/i.exec(target.url)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return openAs('postgres', target)
    case 'mariadb':
      return openAs('mariadb', target)
    case 'mysql':
      return openEither(target)
    default:
      throw new InterphaseError('database.bad-url', {
        problem: scheme === undefined ? 'the URL has no scheme, such as postgres://' : `the scheme "${scheme}" is unknown`,
      })
  }
}

/**
 * Opens a target database whose URL begins with `mysql://`. A URL of MariaDB can also begin with `mysql://`, so the version that
 * the server reports decides which dialect is used.
 */
async function openEither(target: DatabaseConnectionSettings): Promise<OpenedTargetDatabase> {
  try {
    return await openAs('mysql', target)
  } catch (error) {
    const { detectMysqlFamilyServerName } = await import('./mysql/session/flavour.ts')
    if (isError(error, 'database.version') && detectMysqlFamilyServerName(error.facts.found) === 'mariadb') return openAs('mariadb', target)
    throw error
  }
}

async function openAs(name: DialectName, target: DatabaseConnectionSettings): Promise<OpenedTargetDatabase> {
  const dialect = await loadDialect(name)
  return { dialect, session: await dialect.open(target) }
}

/**
 * Starts the embedded PostgreSQL with its data in `directory`. Returns the URL of the server, and a function that stops the
 * server. If another process owns the directory, both processes share the server of that process, and the stop function does not
 * stop the server.
 */
export async function startEmbeddedPostgres(directory: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  return (await import('./postgres/scratch/embedded.ts')).startSharedEmbeddedPostgres(directory)
}
