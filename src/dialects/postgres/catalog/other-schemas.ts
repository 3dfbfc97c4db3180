import type { DatabaseSession } from '../../../dialect/dialect.ts'
import { sql, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import type { NeighbourObject } from '../../../schema/neighbour.ts'
import { extensionMemberConditionSql, userSchemaConditionSql } from './reference.ts'

interface SchemaRow {
  readonly name: string
  readonly owner: string
  readonly tables: number
}

/**
 * Lists the schemas of the database that do not belong to the project. The list does not contain the schema `public` if it has no
 * tables. The list also does not contain a schema that an extension created, because the schema state contains the extension.
 */
export async function listOtherPostgresSchemas(session: DatabaseSession, schemas: readonly string[]): Promise<readonly NeighbourObject[]> {
  const rows = await session.query<SchemaRow>(sql`
    SELECT n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner, (SELECT count(*) FROM pg_class c
      WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT ${sqlVerbatim(extensionMemberConditionSql('pg_class', 'c.oid'))})::int4 AS tables
    FROM pg_namespace n
    WHERE ${sqlVerbatim(userSchemaConditionSql('n.nspname'))} AND n.nspname <> COALESCE(current_schema(), '') AND n.nspname <> ALL (${sqlValue(schemas)}::text[])
      AND NOT ${sqlVerbatim(extensionMemberConditionSql('pg_namespace', 'n.oid'))}
    ORDER BY n.nspname`)
  return rows.filter(({ name, tables }) => name !== 'public' || tables > 0).map(toldOf)
}

function toldOf({ name, owner, tables }: SchemaRow): NeighbourObject {
  const holds = tables === 0 ? '' : `, with ${tables} table${tables === 1 ? '' : 's'}`
  return { what: `schema ${name}`, because: `it is none of the project's schemas; ${owner} owns it${holds}` }
}
