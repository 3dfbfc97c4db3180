import type { DatabaseSession, LedgersInOtherSchemas, SchemaWithLedger } from '../../../dialect/dialect.ts'
import { joinSql, sql, sqlName, sqlValue } from '../../../dialect/sql.ts'
import { quotePostgresIdentifier } from '../text/notation.ts'

/**
 * Returns the schemas, except the current schema, that contain a ledger of the project. The result also contains the search path
 * and the current schema. If the URL sets the search path, the function returns only schemas of the search path, because several
 * schemas of one database can each have a ledger of the same project.
 */
export async function findLedgersInOtherSchemas(session: DatabaseSession, project: string): Promise<LedgersInOtherSchemas> {
  const path = await pathAtStart(session)
  const found = await schemasWith(session, project)
  const others = found.filter((schema) => schema !== path.current && (!path.isOfUrl || path.schemas.includes(schema)))
  return {
    otherSchemas: others.map(addressed),
    searchPath: path.text,
    ...(path.current !== null && { currentSchema: addressed(path.current) }),
  }
}

interface Path {
  readonly text: string
  readonly current: string | null
  readonly schemas: readonly string[]
  readonly isOfUrl: boolean
}

const PATHS = new WeakMap<DatabaseSession, Promise<Path>>()

/**
 * Reads the search path once for each session, at its start. The catalog reader later changes and restores the search path. The
 * server then no longer shows whether the URL of the database set the search path.
 */
function pathAtStart(session: DatabaseSession): Promise<Path> {
  const known = PATHS.get(session) ?? askFor(session)
  PATHS.set(session, known)
  known.catch(() => PATHS.delete(session))
  return known
}

async function askFor(session: DatabaseSession): Promise<Path> {
  const [row] = await session.query<Path>(sql`
    SELECT current_setting('search_path') AS text, current_schema() AS "current", current_schemas(false)::text[] AS schemas, s.source = 'client' AS "isOfUrl"
    FROM pg_settings s WHERE s.name = 'search_path'`)
  return row ?? { text: '', current: null, schemas: [], isOfUrl: false }
}

/**
 * Returns the schemas that contain a ledger of the project. The result contains only ledgers that the user has the privilege to
 * read.
 */
async function schemasWith(session: DatabaseSession, project: string): Promise<readonly string[]> {
  const candidates = await session.query<{ readonly schema: string }>(sql`
    SELECT n.nspname AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'interphase_project' AND c.relkind = 'r' AND n.nspname !~ '^pg_'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY n.nspname`)
  if (candidates.length === 0) return []
  const rows = candidates.map(
    ({ schema }) =>
      sql`SELECT ${sqlValue(schema)}::text AS schema FROM ${sqlName(schema, 'interphase_project')} WHERE project = ${sqlValue(project)}`,
  )
  const found = await session.query<{ readonly schema: string }>(joinSql(rows, sql` UNION ALL `))
  return found.map(({ schema }) => schema)
}

/**
 * Returns the schema with the URL parameter that makes the schema the current schema. The function escapes spaces and
 * backslashes, because the server splits `options` at spaces and reads a backslash as an escape.
 */
function addressed(schema: string): SchemaWithLedger {
  const quoted = /^[a-z_][a-z0-9_]*$/.test(schema) ? schema : quotePostgresIdentifier(schema)
  return { schema: quoted, parameter: `options=${encodeURIComponent(`-csearch_path=${quoted.replaceAll(/[\s\\]/g, String.raw`\$&`)}`)}` }
}
