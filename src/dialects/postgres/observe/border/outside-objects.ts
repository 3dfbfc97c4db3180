import type { ObjectOutsideProject } from '../../../../dialect/border.ts'
import type { DatabaseSession } from '../../../../dialect/dialect.ts'
import { joinSql, type SqlStatement, sql, sqlValue, sqlVerbatim } from '../../../../dialect/sql.ts'
import type { SchemaGroupKey } from '../../../../schema/object.ts'
import { functionNameExpressionSql, objectNameExpressionSql } from '../../catalog/reference.ts'
import {
  listPostgresStandaloneObjectKinds,
  standaloneGroupExpressionSql,
  standaloneNameExpressionSql,
  userCreatedStandaloneConditionSql,
} from '../../catalog/standalone.ts'

interface Row {
  readonly identity: string
  readonly says: string
  /** The groups that can contain an object, if the object belongs to the project. */
  readonly groups: readonly string[]
}

/** Returns the relations, functions, types and other objects of the database that none of the given groups contains. */
export async function listObjectsOutsideProject(
  session: DatabaseSession,
  own: ReadonlySet<SchemaGroupKey>,
): Promise<readonly ObjectOutsideProject[]> {
  const rows = await session.query<Row>(allOn(session.version.major))
  return rows.filter(({ groups }) => !groups.some((group) => own.has(group))).map(({ identity, says }) => ({ identity, says }))
}

/**
 * Returns the objects outside the project that the open transaction changes. A changed object is an object that the transaction
 * locked for a change, or whose catalog row the transaction deleted or wrote. The result also contains the changed catalogs of
 * the whole server, and changed large objects.
 */
export async function listChangedObjectsOutsideProject(
  session: DatabaseSession,
  all: readonly ObjectOutsideProject[],
): Promise<readonly string[]> {
  // The text about a changed sequence also states that a rollback does not restore the value of the sequence.
  const told = (says: string) => (says.startsWith('sequence ') ? `${says}, whose value a rollback does not bring back` : says)
  const names = new Map(all.map(({ identity, says }) => [identity, told(says)]))
  const of = (catalog: string) =>
    sqlValue(all.flatMap(({ identity }) => (identity.startsWith(`${catalog}/`) ? [identity.slice(catalog.length + 1)] : [])))
  const rows = await session.query<{ readonly identity: string }>(sql`
    SELECT 'pg_class/' || l.relation AS identity FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.mode NOT IN ('AccessShareLock', 'RowShareLock')
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) AND l.relation = ANY (${of('pg_class')}::oid[])
    UNION SELECT 'shared/pg_largeobject' FROM pg_locks l
    WHERE l.locktype = 'object' AND l.pid = pg_backend_pid() AND l.mode <> 'AccessShareLock' AND l.classid = 'pg_largeobject'::regclass
    UNION SELECT 'shared/' || l.relation::regclass FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.database = 0 AND l.mode = 'RowExclusiveLock'
      AND l.relation::regclass::text IN ('pg_authid', 'pg_auth_members', 'pg_database', 'pg_db_role_setting', 'pg_tablespace', 'pg_subscription',
        'pg_parameter_acl', 'pg_replication_origin')
    UNION SELECT l.classid::regclass || '/' || l.objid FROM pg_locks l
    WHERE l.locktype = 'object' AND l.pid = pg_backend_pid() AND l.mode <> 'AccessShareLock'
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.classid::regclass || '/' || l.objid = ANY (${sqlValue([...names.keys()])}::text[])
    UNION SELECT 'pg_type/' || k.contypid FROM pg_constraint k WHERE k.contypid = ANY (${of('pg_type')}::oid[]) AND age(k.xmin) <= 0
    UNION SELECT 'pg_class/' || a.oid FROM unnest(${of('pg_class')}::oid[]) AS a(oid) LEFT JOIN pg_class c ON c.oid = a.oid WHERE c.oid IS NULL OR age(c.xmin) <= 0
    ${joinSql(
      [
        'pg_proc',
        'pg_type',
        'pg_namespace',
        'pg_extension',
        'pg_constraint',
        ...listPostgresStandaloneObjectKinds(session.version.major).map(({ catalog }) => catalog),
      ].map((catalog) => goneOrWritten(catalog, of(catalog))),
      sql``,
    )}`)
  return [...new Set(rows.map(({ identity }) => names.get(identity) ?? SHARED[identity.replace('shared/', '')] ?? identity))].sort()
}

/** Returns the query for the objects whose catalog row was deleted, or was written by the open transaction. */
function goneOrWritten(catalog: string, oids: SqlStatement): SqlStatement {
  return sql` UNION SELECT ${sqlValue(`${catalog}/`)} || a.oid FROM unnest(${oids}::oid[]) AS a(oid) LEFT JOIN ${sqlVerbatim(catalog)} c ON c.oid = a.oid
    WHERE c.oid IS NULL OR age(c.xmin) <= 0`
}

const SHARED: Readonly<Record<string, string>> = {
  pg_authid: 'a role of the server',
  pg_auth_members: 'the members of a role of the server',
  pg_database: 'a database of the server',
  pg_db_role_setting: 'the settings of a role or a database',
  pg_tablespace: 'a tablespace of the server',
  pg_subscription: 'a subscription',
  pg_parameter_acl: 'the privileges on a setting of the server',
  pg_replication_origin: 'an origin of replication',
  pg_largeobject: 'large objects',
}

// The objects of users have oids from FirstNormalObjectId on. The query omits the objects of an extension, because the list
// contains the extension itself.
const allOn = (major: number) =>
  sqlVerbatim(`
SELECT 'pg_class/' || c.oid AS identity,
  CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'view ' WHEN 'S' THEN 'sequence ' ELSE 'table ' END || k.name AS says,
  ARRAY(SELECT p.prefix || o.name FROM (VALUES ('table:'), ('view:'), ('sequence:')) p(prefix), (VALUES (k.name), (r.name), (s.name)) o(name) WHERE o.name IS NOT NULL)
    || ARRAY(SELECT 'extension:' || x.extname FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') AS groups
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT ${objectNameExpressionSql('c.relnamespace', 'c.relname')} AS name) k
LEFT JOIN LATERAL (SELECT ${objectNameExpressionSql('o.relnamespace', 'o.relname')} AS name FROM pg_class o WHERE o.oid = pg_partition_root(c.oid)) r ON true
LEFT JOIN LATERAL (SELECT ${objectNameExpressionSql('o.relnamespace', 'o.relname')} AS name FROM pg_depend d JOIN pg_class o ON o.oid = d.refobjid
  WHERE c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass LIMIT 1) s ON true
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND c.relname NOT LIKE 'interphase\\_%'
UNION ALL
SELECT 'pg_proc/' || p.oid, 'function ' || ${functionNameExpressionSql('p')}, ARRAY['function:' || ${functionNameExpressionSql('p')}]
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid >= 16384 AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
UNION ALL
SELECT 'pg_type/' || t.oid, 'type ' || k.name, ARRAY['enum:' || k.name, 'domain:' || k.name, 'opaque:composite type ' || k.name, 'opaque:range type ' || k.name,
  'opaque:type ' || k.name]
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace CROSS JOIN LATERAL (SELECT ${objectNameExpressionSql('t.typnamespace', 't.typname')} AS name) k
WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r') AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype IN ('e', 'i'))
UNION ALL
-- Dropping a CHECK constraint of a domain does not change the row of the domain, so the constraint has a row of its own.
SELECT 'pg_constraint/' || k.oid, 'type ' || ${objectNameExpressionSql('t.typnamespace', 't.typname')}, ARRAY['domain:' || ${objectNameExpressionSql('t.typnamespace', 't.typname')}]
FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE k.oid >= 16384 AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype IN ('e', 'i'))
UNION ALL
SELECT 'pg_namespace/' || n.oid, 'schema ' || n.nspname, ARRAY['schema:' || n.nspname]
FROM pg_namespace n WHERE n.oid >= 16384 AND n.nspname !~ '^pg_' AND n.nspname <> COALESCE(current_schema(), '')
UNION ALL SELECT 'pg_extension/' || x.oid, 'extension ' || x.extname, ARRAY['extension:' || x.extname] FROM pg_extension x WHERE x.oid >= 16384
${listPostgresStandaloneObjectKinds(major)
  .map(
    (kind) =>
      `UNION ALL SELECT '${kind.catalog}/' || o.oid, '${kind.what} ' || ${standaloneNameExpressionSql(kind)}, ARRAY[${standaloneGroupExpressionSql(kind)}] FROM ${kind.catalog} o WHERE o.oid >= 16384 AND ${userCreatedStandaloneConditionSql(kind)}`,
  )
  .join('\n')}`)
