import type {
  CatalogReader,
  CatalogReading,
  CatalogReadOptions,
  CatalogReadScope,
  DatabaseSession,
  TableRowVolume,
} from '../../../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlName, sqlTableName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import {
  groupKeyOf,
  type IndexObject,
  objectIdOf,
  type SchemaGroupKey,
  type SchemaObjectId,
  type TableObject,
} from '../../../schema/object.ts'
import { makeSchemaState } from '../../../schema/state.ts'
import type { SchemaObjectWithServerId } from './catalog-object.ts'
import {
  makePresentObjectKindsQuery,
  type PostgresNonTableObjectQuery,
  type PostgresNonTableObjectRow,
  postgresNonTableObjectQueries,
} from './other-query.ts'
import { listOtherPostgresSchemas } from './other-schemas.ts'
import { makePostgresNonTableObject } from './others.ts'
import { runWithSearchPathOfCurrentSchema } from './own-path.ts'
import { makeRarePropertiesQuery, NO_RARE_PROPERTIES, type PostgresRarePropertiesRow } from './rest-query.ts'
import { readPostgresTableSizes } from './sizes.ts'
import {
  makePostgresTableQuery,
  POSTGRES_TABLE_NAMES_QUERY,
  type PostgresMainRelationRow,
  type PostgresRelationRow,
} from './table-query.ts'
import { makePostgresTableObjects } from './tables.ts'
import { mayHaveDependencies, POSTGRES_DEPENDENCY_QUERY, type PostgresDependencyRow } from './use-query.ts'

/** Reads the schema, the rows and the sizes of a PostgreSQL database. */
export const postgresCatalogReader: CatalogReader = {
  read,
  rows,
  volume,
  sizes: readPostgresTableSizes,
  dropInvalidIndex,
  otherSchemas: listOtherPostgresSchemas,
}

async function read(session: DatabaseSession, scope: CatalogReadScope, { schemas }: CatalogReadOptions = {}): Promise<CatalogReading> {
  const found = await runWithSearchPathOfCurrentSchema(session, () =>
    scope === 'whole' ? readAll(session, schemas ?? null) : readGroups(session, scope),
  )
  const identities = new Map<SchemaObjectId, string>(found.map(({ object, identity }) => [objectIdOf(object), identity]))
  return { state: makeSchemaState(found.map(({ object }) => object)), identities, remarks: [] }
}

async function readAll(session: DatabaseSession, schemas: readonly string[] | null): Promise<readonly SchemaObjectWithServerId[]> {
  const parts = postgresNonTableObjectQueries(session.version.major)
  // The session sends two queries at once, so that both take one round trip. The first query reads the names of the tables, and the
  // second query checks which kinds of other objects exist.
  const [names, found] = await Promise.all([
    session.query<TableName>(sql`${asked(null, schemas)}\n${sqlVerbatim(POSTGRES_TABLE_NAMES_QUERY)}`),
    session.query<{ readonly present: readonly boolean[] }>(sql`${sqlVerbatim(makePresentObjectKindsQuery(parts))}`),
  ])
  const tables = await readTables(session, names)
  const present = parts.filter((_, place) => found[0]?.present[place])
  return [...tables, ...(await readOthers(session, present, null, schemas))]
}

/** Returns a WITH clause for a catalog query. The clause defines the table `asked` with the requested names and schemas. */
function asked(names: readonly string[] | null, schemas: readonly string[] | null): SqlStatement {
  return sql`WITH asked AS (SELECT ${sqlValue(names)}::text[] AS names, ${sqlValue(schemas)}::text[] AS schemas)`
}

async function readGroups(session: DatabaseSession, groups: readonly SchemaGroupKey[]): Promise<readonly SchemaObjectWithServerId[]> {
  const asked = new Set(groups)
  const byKind = new Map<string, string[]>()
  for (const key of asked) {
    const colon = key.indexOf(':')
    const kind = key.slice(0, colon)
    byKind.set(kind, [...(byKind.get(kind) ?? []), key.slice(colon + 1)])
  }
  const tables = await readTables(session, (byKind.get('table') ?? []).flatMap(tableNames))
  const parts = postgresNonTableObjectQueries(session.version.major).filter(({ kind }) => byKind.has(kind))
  const names = [...(byKind.get('view') ?? []), ...(byKind.get('function') ?? [])]
  const rest = await readOthers(session, parts, names)
  return [...tables, ...rest].filter(({ object }) => asked.has(groupKeyOf(object)))
}

interface TableName {
  readonly schema: string
  readonly name: string
}

/**
 * Returns the possible pairs of schema and name for the table of a group. In the key of a group, a dot can separate the schema
 * from the name, or can be a part of the name. The list therefore contains every possibility.
 */
function tableNames(table: string): readonly TableName[] {
  const dots = [...table.matchAll(/\./g)].map((match) => match.index)
  return [{ schema: '', name: table }, ...dots.map((dot) => ({ schema: table.slice(0, dot), name: table.slice(dot + 1) }))]
}

async function readTables(session: DatabaseSession, names: readonly TableName[]): Promise<readonly SchemaObjectWithServerId[]> {
  if (names.length === 0) return []
  const { before, between, after } = queryFor(session.version.major)
  const plain = await session.query<{ readonly found: PostgresMainRelationRow }>(
    joinSql(
      [
        sqlVerbatim(before),
        sqlValue(names.map((one) => one.schema)),
        sqlVerbatim(between),
        sqlValue(names.map((one) => one.name)),
        sqlVerbatim(after),
      ],
      sql``,
    ),
  )
  const rest = await readRest(
    session,
    plain.filter(({ found }) => found.more).map(({ found }) => found.oid),
  )
  const rows: PostgresRelationRow[] = plain.map(({ found }) => ({ ...found, ...(rest.get(found.oid) ?? NO_RARE_PROPERTIES) }))
  const uses = await readUses(
    session,
    rows.filter(mayHaveDependencies).map(({ oid }) => oid),
  )
  return rows.flatMap((row) => makePostgresTableObjects(row, uses.get(row.oid) ?? []))
}

async function readRest(session: DatabaseSession, tables: readonly string[]): Promise<ReadonlyMap<string, PostgresRarePropertiesRow>> {
  if (tables.length === 0) return new Map()
  const { before, after } = makeRarePropertiesQuery(session.version.major)
  const rows = await session.query<{ readonly oid: string; readonly found: PostgresRarePropertiesRow }>(
    sql`${sqlVerbatim(before)}${sqlValue(tables)}${sqlVerbatim(after)}`,
  )
  return new Map(rows.map(({ oid, found }) => [oid, found]))
}

const QUERIES = new Map<number, ReturnType<typeof makePostgresTableQuery>>()

function queryFor(major: number): ReturnType<typeof makePostgresTableQuery> {
  const query = QUERIES.get(major) ?? makePostgresTableQuery(major)
  QUERIES.set(major, query)
  return query
}

/** Reads the objects on which the columns, constraints and other parts of tables depend, by the oid of the table. */
async function readUses(session: DatabaseSession, tables: readonly string[]): Promise<Map<string, readonly PostgresDependencyRow[]>> {
  const uses = new Map<string, PostgresDependencyRow[]>()
  if (tables.length === 0) return uses
  const rows = await session.query<PostgresDependencyRow>(
    sql`${sqlVerbatim(POSTGRES_DEPENDENCY_QUERY.before)}${sqlValue(tables)}${sqlVerbatim(POSTGRES_DEPENDENCY_QUERY.after)}`,
  )
  for (const row of rows) {
    const list = uses.get(row.table) ?? []
    list.push(row)
    uses.set(row.table, list)
  }
  return uses
}

async function readOthers(
  session: DatabaseSession,
  parts: readonly PostgresNonTableObjectQuery[],
  names: readonly string[] | null,
  schemas: readonly string[] | null = null,
): Promise<readonly SchemaObjectWithServerId[]> {
  if (parts.length === 0) return []
  const texts = sqlVerbatim(parts.map(({ text }) => text).join('\nUNION ALL\n'))
  const rows = await session.query<PostgresNonTableObjectRow>(sql`${asked(names, schemas)}\n${texts}`)
  return rows.map(makePostgresNonTableObject)
}

async function rows(
  session: DatabaseSession,
  table: TableObject,
  columns: readonly string[],
): Promise<readonly (readonly (string | null)[])[]> {
  if (columns.length === 0) return []
  const texts = columns.map((column) => sql`${sqlName(column)}::text`)
  const found = await session.query<{ readonly cells: readonly (string | null)[] }>(
    sql`SELECT ARRAY[${joinSql(texts)}] AS cells FROM ${sqlTableName(table.name)}`,
  )
  return found.map(({ cells }) => cells)
}

async function volume(session: DatabaseSession, table: TableObject, columns: readonly string[]): Promise<TableRowVolume> {
  const lengths = [sql`0`, ...columns.map((column) => sql`coalesce(length(${sqlName(column)}::text), 0)`)]
  const [found] = await session.query<{ readonly rows: string; readonly characters: string }>(
    sql`SELECT count(*)::text AS rows, coalesce(sum(${joinSql(lengths, sql` + `)}), 0)::text AS characters FROM ${sqlTableName(table.name)}`,
  )
  return { rows: Number(found?.rows ?? 0), characters: Number(found?.characters ?? 0) }
}

/**
 * Drops an invalid index that an interrupted CREATE INDEX CONCURRENTLY has left. Drops nothing if the index has become valid or
 * does not exist.
 */
async function dropInvalidIndex(session: DatabaseSession, { table, name: index }: IndexObject): Promise<void> {
  const found = await session.query<{ readonly schema: string }>(sql`
    SELECT n.nspname AS schema FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = i.indrelid
    WHERE c.relname = ${sqlValue(index)} AND NOT i.indisvalid
      AND ${sqlValue(table)}::text IN (CASE WHEN n.nspname = current_schema() THEN t.relname::text END, n.nspname || '.' || t.relname)`)
  for (const { schema } of found) await session.query(sql`DROP INDEX CONCURRENTLY ${sqlName(schema, index)}`)
}
