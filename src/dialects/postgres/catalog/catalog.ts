import type { Catalog, Reading, ReadOptions, ReadScope, Session } from '../../../dialect/dialect.ts'
import { join, name, type Sql, sql, value, verbatim } from '../../../dialect/sql.ts'
import { type GroupKey, groupOf, type IndexObject, idOf, type ObjectId, type TableObject } from '../../../schema/object.ts'
import { stateOf } from '../../../schema/state.ts'
import type { CatalogObject } from './catalog-object.ts'
import { type OtherPart, type OtherRow, otherObjectQueries, presenceQuery } from './other-query.ts'
import { otherSchemas } from './other-schemas.ts'
import { objectFromOtherRow } from './others.ts'
import { underOwnPath } from './own-path.ts'
import { NO_REST, type RestRow, restQuery } from './rest-query.ts'
import { sizes } from './sizes.ts'
import { type PlainRow, TABLE_NAMES, type TableRow, tableQuery } from './table-query.ts'
import { tableObjects } from './tables.ts'
import { mayUse, USE_QUERY, type UseRow } from './use-query.ts'

/** Reads the schema, the rows and the sizes of a PostgreSQL database. */
export const catalog: Catalog = { read, rows, sizes, sweep, otherSchemas }

async function read(session: Session, scope: ReadScope, { schemas }: ReadOptions = {}): Promise<Reading> {
  const found = await underOwnPath(session, () => (scope === 'whole' ? readAll(session, schemas ?? null) : readGroups(session, scope)))
  const identities = new Map<ObjectId, string>(found.map(({ object, identity }) => [idOf(object), identity]))
  return { state: stateOf(found.map(({ object }) => object)), identities, remarks: [] }
}

async function readAll(session: Session, schemas: readonly string[] | null): Promise<readonly CatalogObject[]> {
  const parts = otherObjectQueries(session.version.major)
  // Both queries are sent together and cost one round trip.
  const [names, found] = await Promise.all([
    session.query<TableName>(sql`${asked(null, schemas)}\n${verbatim(TABLE_NAMES)}`),
    session.query<{ readonly present: readonly boolean[] }>(sql`${verbatim(presenceQuery(parts))}`),
  ])
  const tables = await readTables(session, names)
  const present = parts.filter((_, place) => found[0]?.present[place])
  return [...tables, ...(await readOthers(session, present, null, schemas))]
}

/** Makes the query parameters for the requested names and schemas. */
function asked(names: readonly string[] | null, schemas: readonly string[] | null): Sql {
  return sql`WITH asked AS (SELECT ${value(names)}::text[] AS names, ${value(schemas)}::text[] AS schemas)`
}

async function readGroups(session: Session, groups: readonly GroupKey[]): Promise<readonly CatalogObject[]> {
  const asked = new Set(groups)
  const byKind = new Map<string, string[]>()
  for (const key of asked) {
    const colon = key.indexOf(':')
    const kind = key.slice(0, colon)
    byKind.set(kind, [...(byKind.get(kind) ?? []), key.slice(colon + 1)])
  }
  const tables = await readTables(session, (byKind.get('table') ?? []).flatMap(tableNames))
  const parts = otherObjectQueries(session.version.major).filter(({ kind }) => byKind.has(kind))
  const names = [...(byKind.get('view') ?? []), ...(byKind.get('function') ?? [])]
  const rest = await readOthers(session, parts, names)
  return [...tables, ...rest].filter(({ object }) => asked.has(groupOf(object)))
}

interface TableName {
  readonly schema: string
  readonly name: string
}

/**
 * Returns the possible pairs of schema and name for a group's table. A dot can separate schema and name or be part of the name, so
 * every reading is returned.
 */
function tableNames(table: string): readonly TableName[] {
  const dots = [...table.matchAll(/\./g)].map((match) => match.index)
  return [{ schema: '', name: table }, ...dots.map((dot) => ({ schema: table.slice(0, dot), name: table.slice(dot + 1) }))]
}

async function readTables(session: Session, names: readonly TableName[]): Promise<readonly CatalogObject[]> {
  if (names.length === 0) return []
  const { before, between, after } = queryFor(session.version.major)
  const plain = await session.query<{ readonly found: PlainRow }>(
    join(
      [verbatim(before), value(names.map((one) => one.schema)), verbatim(between), value(names.map((one) => one.name)), verbatim(after)],
      sql``,
    ),
  )
  const rest = await readRest(
    session,
    plain.filter(({ found }) => found.more).map(({ found }) => found.oid),
  )
  const rows: TableRow[] = plain.map(({ found }) => ({ ...found, ...(rest.get(found.oid) ?? NO_REST) }))
  const uses = await readUses(
    session,
    rows.filter(mayUse).map(({ oid }) => oid),
  )
  return rows.flatMap((row) => tableObjects(row, uses.get(row.oid) ?? []))
}

async function readRest(session: Session, tables: readonly string[]): Promise<ReadonlyMap<string, RestRow>> {
  if (tables.length === 0) return new Map()
  const { before, after } = restQuery(session.version.major)
  const rows = await session.query<{ readonly oid: string; readonly found: RestRow }>(
    sql`${verbatim(before)}${value(tables)}${verbatim(after)}`,
  )
  return new Map(rows.map(({ oid, found }) => [oid, found]))
}

const QUERIES = new Map<number, ReturnType<typeof tableQuery>>()

function queryFor(major: number): ReturnType<typeof tableQuery> {
  const query = QUERIES.get(major) ?? tableQuery(major)
  QUERIES.set(major, query)
  return query
}

/** Reads which other objects the parts of these tables depend on, by table. */
async function readUses(session: Session, tables: readonly string[]): Promise<Map<string, readonly UseRow[]>> {
  const uses = new Map<string, UseRow[]>()
  if (tables.length === 0) return uses
  const rows = await session.query<UseRow>(sql`${verbatim(USE_QUERY.before)}${value(tables)}${verbatim(USE_QUERY.after)}`)
  for (const row of rows) {
    const list = uses.get(row.table) ?? []
    list.push(row)
    uses.set(row.table, list)
  }
  return uses
}

async function readOthers(
  session: Session,
  parts: readonly OtherPart[],
  names: readonly string[] | null,
  schemas: readonly string[] | null = null,
): Promise<readonly CatalogObject[]> {
  if (parts.length === 0) return []
  const texts = verbatim(parts.map(({ text }) => text).join('\nUNION ALL\n'))
  const rows = await session.query<OtherRow>(sql`${asked(names, schemas)}\n${texts}`)
  return rows.map(objectFromOtherRow)
}

async function rows(session: Session, table: TableObject, columns: readonly string[]): Promise<readonly (readonly (string | null)[])[]> {
  if (columns.length === 0) return []
  const texts = columns.map((column) => sql`${name(column)}::text`)
  const found = await session.query<{ readonly cells: readonly (string | null)[] }>(
    sql`SELECT ARRAY[${join(texts)}] AS cells FROM ${tableName(table.name)}`,
  )
  return found.map(({ cells }) => cells)
}

/** Drops an index that CREATE INDEX CONCURRENTLY left invalid, after checking that the index is still invalid. */
async function sweep(session: Session, { table, name: index }: IndexObject): Promise<void> {
  const found = await session.query<{ readonly schema: string }>(sql`
    SELECT n.nspname AS schema FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_class t ON t.oid = i.indrelid
    WHERE c.relname = ${value(index)} AND NOT i.indisvalid
      AND ${value(table)}::text IN (CASE WHEN n.nspname = current_schema() THEN t.relname::text END, n.nspname || '.' || t.relname)`)
  for (const { schema } of found) await session.query(sql`DROP INDEX CONCURRENTLY ${name(schema, index)}`)
}

// Makes the SQL name of an existing table. A dot separates schema and name, unless the server knows the whole text as a name.
function tableName(table: string): Sql {
  const dot = table.indexOf('.')
  return dot < 0 ? name(table) : name(table.slice(0, dot), table.slice(dot + 1))
}
