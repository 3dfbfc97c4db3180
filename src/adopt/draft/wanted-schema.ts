import { resolve } from 'node:path'
import type { DatabaseSession, Dialect, ServerVersion } from '../../dialect/dialect.ts'
import { InterphaseError } from '../../error.ts'
import { blankServerStatements } from '../../project/legacy-text.ts'
import { readTextFile } from '../../project/text.ts'
import type { SqlText } from '../../release/migration.ts'
import { schemasToReadFromDatabase } from '../../run/neighbours.ts'
import type { SchemaState } from '../../schema/state.ts'
import { executeSqlFile, runWithDatabaseSession } from '../../shadow/boundary.ts'
import type { ShadowServerContext } from '../../shadow/shadow-server.ts'
import { createTablesOfSequelizeModels } from './sequelize-models.ts'

/** A schema that the engine read from a database, and the server from which the engine read it. */
export interface SchemaWithServer {
  readonly state: SchemaState
  readonly server: ServerVersion
}

/** A file from which a shadow creates the wanted schema: SQL or Sequelize models. */
export type SourceToLoad = { readonly kind: 'sql'; readonly file: string } | { readonly kind: 'models'; readonly file: string }

/** Returns the schema of a database. `schemas` is the setting `schemas` of the project. */
export async function readWantedSchema(
  dialect: Dialect,
  session: DatabaseSession,
  head: SchemaState,
  schemas: readonly string[] | undefined,
): Promise<SchemaWithServer> {
  const wide = schemasToReadFromDatabase([head], schemas ? { schemas } : {})
  const { state } = await dialect.catalog.read(session, 'whole', schemas ? { schemas: wide } : {})
  return { state, server: session.version }
}

const SCRATCH_DATABASE = 'draft'

/**
 * Executes a source file in a scratch database, and returns the schema that the file creates. The result also contains `empty`,
 * the schema before the source file is executed. A project without releases begins with the schema `empty`, which contains only
 * the objects of `shadow.setup.sql`, the file that prepares a shadow. Throws `draft.source` for a SQL file that fails,
 * `draft.models` for models that fail, and `record.rows` if `shadow.setup.sql` fails.
 */
export async function createAndReadWantedSchema(
  { server, dialect }: ShadowServerContext,
  source: SourceToLoad,
  setup: SqlText | undefined,
): Promise<SchemaWithServer & { readonly empty: SchemaState }> {
  const target = await server.create(SCRATCH_DATABASE)
  const read = () =>
    runWithDatabaseSession(dialect, target, async (session) => ({
      state: (await dialect.catalog.read(session, 'whole')).state,
      server: session.version,
    }))
  try {
    if (setup) await runWithDatabaseSession(dialect, target, (session) => executeSqlFile(session, dialect, setup, 'record.rows', 'setup'))
    const { state: empty } = await read()
    if (source.kind === 'models') await createTablesOfSequelizeModels(source.file, target.url, dialect.name)
    else {
      const sql = readSchemaFile(source.file, dialect)
      await runWithDatabaseSession(dialect, target, (session) => executeSqlFile(session, dialect, sql, 'draft.source', 'setup'))
    }
    return { ...(await read()), empty }
  } finally {
    await server.drop(SCRATCH_DATABASE)
  }
}

/** Returns the text of a SQL file without the statements that change the server. Dumps, for example, contain such statements. */
function readSchemaFile(file: string, { name }: Dialect): SqlText {
  const refuse = (problem: string, cause?: unknown) => new InterphaseError('draft.source', { file, dialect: name, problem }, { cause })
  return { file, text: blankServerStatements(readTextFile(resolve(file), refuse), name).text }
}
