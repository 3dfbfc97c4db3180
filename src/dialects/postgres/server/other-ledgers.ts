import type { DatabaseSession, LedgersInOtherSchemas, SchemaWithLedger } from '../../../dialect/dialect.ts'
import { joinSql, sql, sqlName, sqlValue } from '../../../dialect/sql.ts'
import { quoteIdentifier } from '../text/notation.ts'

/**
 * Finds the other schemas that hold a ledger of the project. None are returned if the URL names the schema, because several schemas of
 * one database may then have the same project. A second schema in the search path that holds a ledger is always returned.
 */
export async function findLedgersInOtherSchemas(session: DatabaseSession, project: string): Promise<LedgersInOtherSchemas> {
  const path = await pathAtStart(session)
  const found = await schemasWith(session, project)
  const there = found.filter((schema) => schema !== path.here && (!path.isOfUrl || path.schemas.includes(schema)))
  return { there: there.map(addressed), ...(path.here !== null && { here: addressed(path.here) }) }
}

interface Path {
  readonly here: string | null
  readonly schemas: readonly string[]
  readonly isOfUrl: boolean
}

const PATHS = new WeakMap<DatabaseSession, Promise<Path>>()

/**
 * Reads the search path once. After the catalog reader has changed the search path and set it back, the server no longer shows where
 * its value came from.
 */
function pathAtStart(session: DatabaseSession): Promise<Path> {
  const known = PATHS.get(session) ?? askFor(session)
  PATHS.set(session, known)
  known.catch(() => PATHS.delete(session))
  return known
}

async function askFor(session: DatabaseSession): Promise<Path> {
  const [row] = await session.query<Path>(sql`
    SELECT current_schema() AS here, current_schemas(false)::text[] AS schemas, s.source = 'client' AS "isOfUrl"
    FROM pg_settings s WHERE s.name = 'search_path'`)
  return row ?? { here: null, schemas: [], isOfUrl: false }
}

/** Lists the schemas with a ledger of the project. Ledgers that this user may not read are left out. */
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
 * Returns the schema together with the URL parameter that makes it the current one. The server splits `options` at spaces, and reads a
 * backslash as an escape.
 */
function addressed(schema: string): SchemaWithLedger {
  const quoted = /^[a-z_][a-z0-9_]*$/.test(schema) ? schema : quoteIdentifier(schema)
  return { schema: quoted, parameter: `options=${encodeURIComponent(`-csearch_path=${quoted.replaceAll(/[\s\\]/g, String.raw`\$&`)}`)}` }
}
