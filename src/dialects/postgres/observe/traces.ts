import type { CatalogReading, DatabaseSession } from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import type { SchemaObjectGroup } from '../../../schema/state.ts'
import { functionNameExpressionSql, objectNameExpressionSql } from '../catalog/reference.ts'
import { listPostgresStandaloneObjectKinds, standaloneGroupExpressionSql } from '../catalog/standalone.ts'

/** A database object that the open transaction locked or changed. */
export interface ObjectTouchedByTransaction {
  /** The kind of the changed object. 'gone' means an object other than a relation that the transaction dropped. */
  readonly kind: 'relation' | 'object' | 'gone'
  readonly identity: string
  /** The group that contains the object after the change. The value is null if the object does not exist any more. */
  readonly group: string | null
  /** True if the transaction locked the relation for a write of rows. */
  readonly written: boolean
}

/**
 * A system catalog with objects that the open transaction changed or is about to change. 'written': the transaction wrote rows of
 * the catalog. 'held': the transaction locked an object of the catalog for a change.
 */
interface ChangedCatalog {
  readonly kind: 'written' | 'held'
  readonly identity: string
}

/**
 * Returns the objects that the open transaction locked or changed. To save time, the function reads the objects of a catalog only
 * if the transaction changed an object of this catalog.
 */
export async function findObjectsTouchedByTransaction(
  session: DatabaseSession,
  before: CatalogReading,
): Promise<readonly ObjectTouchedByTransaction[]> {
  const { major } = session.version
  const rows = await session.query<ObjectTouchedByTransaction | ChangedCatalog>(sql`${tracesOn(major)} UNION ALL ${goneOf(before, major)}`)
  const traces = rows.filter(isTrace)
  const catalogs = new Set(rows.filter((row) => !isTrace(row)).map(({ identity }) => identity))
  const changed = objectQueries(major).flatMap(({ catalog, objects }) => (catalogs.has(catalog) ? objects : []))
  if (changed.length === 0) return traces
  return [...traces, ...(await session.query<ObjectTouchedByTransaction>(sqlVerbatim(`${HELD}\n${changed.join('\nUNION ALL\n')}`)))]
}

function isTrace(row: ObjectTouchedByTransaction | ChangedCatalog): row is ObjectTouchedByTransaction {
  return row.kind !== 'written' && row.kind !== 'held'
}

// The lowest oid of a user's object: FirstNormalObjectId in the server's source.
const USERS = '16384'

// The WITH clause that lists the objects, other than relations, that the transaction locked for a change. The changed part of
// such an object can be in another catalog.
const HELD = `WITH held AS MATERIALIZED (
  SELECT l.classid, l.objid FROM pg_locks l WHERE l.locktype = 'object' AND l.pid = pg_backend_pid() AND l.mode <> 'AccessShareLock'
    AND l.database IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
)`

const TRACES = new Map<number, SqlStatement>()

function tracesOn(major: number): SqlStatement {
  const known = TRACES.get(major) ?? tracesFor(major)
  TRACES.set(major, known)
  return known
}

// Returns the query for the relations that the open transaction locked, and for the catalogs in which the transaction changed
// other objects. A second query reads the names of these objects only if there are some, because reading the names is expensive.
const tracesFor = (major: number): SqlStatement =>
  sqlVerbatim(`
${HELD}, locked AS (
  SELECT l.relation AS oid, bool_or(l.mode = 'RowExclusiveLock') AS written,
    bool_or(l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')) AS altered FROM pg_locks l
  WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.relation >= ${USERS}
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
  GROUP BY l.relation
), related AS (
  SELECT locked.oid AS locked, locked.written, COALESCE(i.indrelid, c.oid) AS oid
  FROM locked LEFT JOIN pg_class c ON c.oid = locked.oid LEFT JOIN pg_index i ON i.indexrelid = locked.oid
  UNION ALL
  SELECT locked.oid, locked.written, pg_partition_root(COALESCE(i.indrelid, locked.oid))
  FROM locked LEFT JOIN pg_index i ON i.indexrelid = locked.oid
  WHERE pg_partition_root(COALESCE(i.indrelid, locked.oid)) <> COALESCE(i.indrelid, locked.oid)
  UNION ALL
  -- The options of an identity are those of its sequence.
  SELECT locked.oid, false, d.refobjid FROM locked JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = locked.oid
    AND d.deptype = 'i' AND d.refclassid = 'pg_class'::regclass WHERE locked.altered
)
SELECT 'relation' AS kind, r.locked::text AS identity, k.prefix || ${objectNameExpressionSql('c.relnamespace', 'c.relname')} AS group, r.written AND (c.oid IS NULL OR c.relkind IN ('r', 'p', 'f')) AS written
FROM related r LEFT JOIN pg_class c ON c.oid = r.oid AND c.relkind NOT IN ('t', 'I', 'i')
CROSS JOIN LATERAL (SELECT 'table:' AS prefix WHERE c.oid IS NULL OR c.relkind IN ('r', 'p', 'f') OR c.relkind IN ('v', 'm') AND (c.relhastriggers OR c.relhasindex)
  UNION ALL SELECT 'view:' WHERE c.relkind IN ('v', 'm')
  UNION ALL SELECT 'sequence:' WHERE c.relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i' AND d.refclassid = 'pg_class'::regclass)
  UNION ALL SELECT 'opaque:composite type ' WHERE c.relkind = 'c') AS k
UNION ALL
SELECT 'held', c.relname, NULL, false FROM held h JOIN pg_class c ON c.oid = h.classid
${objectQueries(major)
  .map(
    ({ catalog, rows }) => `UNION ALL SELECT 'written', '${catalog}', NULL, false WHERE EXISTS (SELECT FROM ${rows} AND age(o.xmin) <= 0)`,
  )
  .join('\n')}`)

interface ObjectQuery {
  /** The system catalog that contains the objects of one kind. */
  readonly catalog: string
  /** The FROM and WHERE clauses for the catalog rows of user objects that show a change. `o` is the alias of the row. */
  readonly rows: string
  /** The query that reads the changed objects of one catalog. */
  readonly objects: string
}

const OBJECT_QUERIES = new Map<number, readonly ObjectQuery[]>()

function objectQueries(major: number): readonly ObjectQuery[] {
  const known = OBJECT_QUERIES.get(major) ?? objectQueriesFor(major)
  OBJECT_QUERIES.set(major, known)
  return known
}

// Returns the queries for the catalog rows that the open transaction or one of its savepoints wrote. For such a row, the age() of
// the transaction id is at most zero.
const objectQueriesFor = (major: number): readonly ObjectQuery[] => [
  ofCatalog('pg_proc', `'function:' || ${functionNameExpressionSql('o')}`),
  ofCatalog('pg_type', typeGroup('o'), MODELLED_TYPES),
  ofPart('pg_type', typeGroup('t'), { from: 'pg_enum o', where: `o.oid >= ${USERS}`, object: 'o.enumtypid' }),
  ofPart('pg_type', typeGroup('t'), { from: 'pg_constraint o', where: `o.contypid >= ${USERS}`, object: 'o.contypid' }),
  ofCatalog('pg_extension', `'extension:' || o.extname`),
  ofCatalog('pg_namespace', `'schema:' || o.nspname`),
  ...listPostgresStandaloneObjectKinds(major).map((kind) => ofCatalog(kind.catalog, standaloneGroupExpressionSql(kind))),
  ofPart('pg_proc', `'function:' || ${functionNameExpressionSql('t')}`, commentsOn('pg_proc')),
  ofPart('pg_type', typeGroup('t'), commentsOn('pg_type')),
]

// The SQL condition for types that a schema state contains as objects. The condition excludes the type that the server creates
// for each table, and the array type that the server creates for each type.
const MODELLED_TYPES = `(o.typtype IN ('e', 'd', 'r') OR o.typtype = 'b' AND o.typelem = 0
  OR o.typtype = 'c' AND EXISTS (SELECT FROM pg_class tc WHERE tc.oid = o.typrelid AND tc.relkind = 'c'))`

// Returns the query for the objects of a catalog that the transaction created, changed, or locked for a change.
function ofCatalog(catalog: string, group: string, condition = 'true'): ObjectQuery {
  const rows = `${catalog} o WHERE o.oid >= ${USERS} AND ${condition}`
  return {
    catalog,
    rows,
    objects: `SELECT 'object' AS kind, '${catalog}/' || o.oid AS identity, ${group} AS group, false AS written FROM ${rows} AND (age(o.xmin) <= 0
    OR EXISTS (SELECT FROM held h WHERE h.classid = '${catalog}'::regclass AND h.objid = o.oid))`,
  }
}

/** The rows of another catalog that contain a part of an object, such as the labels of an enum type. */
interface PartRows {
  readonly from: string
  readonly where: string
  /** The column with the oid of the object, in the catalog that contains a part of the object. */
  readonly object: string
}

function ofPart(catalog: string, group: string, { from, where, object }: PartRows): ObjectQuery {
  return {
    catalog,
    rows: `${from} WHERE ${where}`,
    objects: `SELECT DISTINCT 'object' AS kind, '${catalog}/' || t.oid AS identity, ${group} AS group, false AS written
    FROM ${from} JOIN ${catalog} t ON t.oid = ${object} WHERE ${where} AND age(o.xmin) <= 0`,
  }
}

function commentsOn(catalog: string): PartRows {
  return { from: 'pg_description o', where: `o.objoid >= ${USERS} AND o.classoid = '${catalog}'::regclass`, object: 'o.objoid' }
}

function typeGroup(t: string): string {
  return `CASE ${t}.typtype WHEN 'e' THEN 'enum:' WHEN 'd' THEN 'domain:' WHEN 'r' THEN 'opaque:range type ' WHEN 'b' THEN CASE WHEN ${t}.typelem = 0 THEN 'opaque:type ' END
    WHEN 'c' THEN CASE (SELECT tc.relkind FROM pg_class tc WHERE tc.oid = ${t}.typrelid) WHEN 'c' THEN 'opaque:composite type ' END END
    || ${objectNameExpressionSql(`${t}.typnamespace`, `${t}.typname`)}`
}

// The catalogs whose objects a statement can drop without a lock that pg_locks shows.
const CATALOGS = ['pg_proc', 'pg_type', 'pg_extension', 'pg_namespace']

// Returns the identifiers of the objects in a group, without the parts of tables. A constraint, index or other part of a table
// has an oid of its own, and the server drops the part with the table.
function pgIdentities(before: CatalogReading, group: SchemaObjectGroup): readonly string[] {
  return [...group.keys()].flatMap((id) => before.identities.get(id) ?? []).filter((identity) => identity.startsWith('pg_'))
}

/** Returns the query for the objects of `before` that do not exist any more. The query ignores relations and parts of tables. */
function goneOf(before: CatalogReading, major: number): SqlStatement {
  const identities: string[] = []
  for (const [key, group] of before.state.groups) if (!key.startsWith('table:')) identities.push(...pgIdentities(before, group))
  const used = [...CATALOGS, ...listPostgresStandaloneObjectKinds(major).map(({ catalog }) => catalog)].filter((catalog) =>
    identities.some((identity) => identity.startsWith(`${catalog}/`)),
  )
  const cases = used.map(
    (catalog) => `WHEN '${catalog}' THEN EXISTS (SELECT FROM ${catalog} x WHERE x.oid = split_part(b.identity, '/', 2)::oid)`,
  )
  const isThere = used.length === 0 ? 'true' : `CASE split_part(b.identity, '/', 1) ${cases.join(' ')} ELSE true END`
  return sql`SELECT 'gone', b.identity, NULL, false FROM unnest(${sqlValue(identities)}::text[]) AS b(identity) WHERE NOT ${sqlVerbatim(isThere)}`
}
