import type {
  CatalogReading,
  DatabaseSession,
  MigrationObservation,
  MigrationObserver,
  RunningObservation,
} from '../../../dialect/dialect.ts'
import { type SqlStatement, sql, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import type { SchemaGroupKey, SchemaObjectId } from '../../../schema/object.ts'
import { groupKeyOfObjectId, type SchemaObjectGroup } from '../../../schema/state.ts'
import { functionNameSql, objectNameSql } from '../catalog/reference.ts'
import { listStandaloneObjectKinds, standaloneGroupSql } from '../catalog/standalone.ts'
import { canRunInOwnTransaction, canWriteRows } from '../text/parser.ts'
import { type PostgresPriceMeasurement, priceLastStatement, priceStatementAndOpenNext, startPriceMeasurement } from './price.ts'
import { findReadColumns } from './reads.ts'
import { findPostgresRowWrites } from './row-writes.ts'
import { findSequencesByText, findSetSequences } from './sequences.ts'

/**
 * Determines which objects a transaction touched. The sources are the locks that its backend still holds, and, for objects without
 * locks, the catalog rows that the transaction wrote.
 */
export const postgresMigrationObserver: MigrationObserver = {
  reads: findReadColumns,
  standsAlone: canRunInOwnTransaction,
  // At the start, only prices need a reading. The touched objects are determined later from the transaction's number and locks.
  start: async (session, known, last) =>
    new PostgresWatch(
      session,
      known && (await startPriceMeasurement(session, known, last instanceof PostgresWatch ? last.pricing : undefined)),
    ),
}

class PostgresWatch implements RunningObservation {
  readonly #session: DatabaseSession
  readonly pricing: PostgresPriceMeasurement | undefined

  constructor(session: DatabaseSession, pricing: PostgresPriceMeasurement | undefined) {
    this.#session = session
    this.pricing = pricing
  }

  async next(text: string): Promise<void> {
    if (this.pricing) await priceStatementAndOpenNext(this.#session, this.pricing, text)
  }

  async done(): Promise<void> {
    if (this.pricing) await priceLastStatement(this.#session, this.pricing)
  }

  async seen(statements: readonly string[], before: CatalogReading): Promise<MigrationObservation> {
    // Both queries are sent together and take one round trip.
    const [touched] = await Promise.all([touchedBy(this.#session, statements, before), this.done()])
    const priced = this.pricing?.priced ?? []
    const { locked, ...seen } = touched
    const isVeiled = statements.some((text) => LEAVES_NO_TRACE.test(text))
    const writes = await findPostgresRowWrites(statements, before, locked, priced)
    return { ...seen, ...(isVeiled && { isVeiled: true as const }), writes, prices: priced.map(({ price }) => price) }
  }
}

// Matches statements that leave no trace in locks or catalog rows, such as dropping the check of a domain. The effects of a block or
// routine are unknown too. The whole schema is read after such a statement.
const LEAVES_NO_TRACE =
  /\b(?:domain|operator|search|publication|aggregate|cast|conversion|transform|language|collation|comment|trigger|method|depends|extension|rule|statistics|view|do|call|execute)\b/i

interface Trace {
  readonly kind: 'relation' | 'object' | 'gone'
  readonly identity: string
  readonly group: string | null
  readonly written: boolean
}

interface Touched extends Pick<MigrationObservation, 'touched' | 'wrote' | 'sets'> {
  /** The groups of schema objects in which the transaction wrote rows. Absent if there was no transaction. */
  readonly locked?: readonly SchemaGroupKey[]
}

async function touchedBy(session: DatabaseSession, statements: readonly string[], before: CatalogReading): Promise<Touched> {
  // A statement outside a transaction has already released its locks.
  if (!(await session.intact())) {
    return {
      touched: 'all',
      wrote: await canWriteRows(statements),
      ...setting(findSequencesByText({ statements, before, isOddlyLocked: false })),
    }
  }
  const traces = await session.query<Trace>(sql`${tracesOn(session.version.major)} UNION ALL ${goneOf(before, session.version.major)}`)
  // A table that kept its name is found by its group. Only for other objects must all identifiers be searched.
  const strangers = traces.filter(({ identity, group }) => !group?.startsWith('table:') || before.identities.get(group) !== identity)
  const known = groupsOf(before, new Set(strangers.map(({ identity }) => identity)))
  const renamedSchema = traces.some(({ group, identity }) => group?.startsWith('schema:') && known.has(identity))
  const groups = new Set<SchemaGroupKey>()
  for (const { identity, group } of traces) {
    for (const key of [group, ...(known.get(identity) ?? [])]) if (key !== null && !isOurs(key)) groups.add(key)
  }
  const byLock = traces.some(({ written: isWritten, group, identity }) => {
    return isWritten && (group === null ? known.has(identity) : !isOurs(group))
  })
  const wrote = byLock || (await truncates(statements)) || dropsPartition(traces, known, before)
  const isOddlyLocked = !wrote && traces.some(({ group }) => group?.startsWith('sequence:'))
  const sets = await findSetSequences(session, { statements, before, isOddlyLocked })
  return { touched: renamedSchema ? 'all' : [...groups].sort(), wrote, locked: writtenGroups(traces, known, before), ...setting(sets) }
}

function setting(sets: readonly SchemaObjectId[]): Pick<MigrationObservation, 'sets'> {
  return sets.length > 0 ? { sets } : {}
}

function writtenGroups(
  traces: readonly Trace[],
  known: ReadonlyMap<string, readonly SchemaGroupKey[]>,
  before: CatalogReading,
): readonly SchemaGroupKey[] {
  const found = traces.flatMap(({ written: isWritten, identity, group }) => {
    if (!isWritten) return []
    // A renamed or dropped table is reported under its old name.
    const old = (known.get(identity) ?? []).filter((key) => before.state.groups.has(key))
    return group === null || !before.state.groups.has(group) ? [...old, ...(group === null ? [] : [group])] : [group]
  })
  return [...new Set(found)].filter((key) => !isOurs(key)).sort()
}

/** True when a partition was dropped. The rows of the partition were rows of the partitioned table. */
function dropsPartition(traces: readonly Trace[], known: ReadonlyMap<string, readonly SchemaGroupKey[]>, before: CatalogReading): boolean {
  return traces
    .filter(({ kind, group }) => kind === 'relation' && group === null)
    .some(({ identity }) => known.get(identity)?.some((key) => before.state.groups.get(key)?.has(`partition:${nameOfGroup(key)}`)))
}

function nameOfGroup(key: SchemaGroupKey): string {
  return key.slice(key.indexOf(':') + 1)
}

// True when a statement is TRUNCATE, which takes the same lock as ALTER TABLE.
async function truncates(statements: readonly string[]): Promise<boolean> {
  const suspects = statements.filter((text) => /\btruncate\b/i.test(text))
  return suspects.length > 0 && canWriteRows(suspects)
}

function isOurs(key: SchemaGroupKey): boolean {
  return /^\w+:(.*\.)?interphase_/.test(key)
}

/** Returns the groups to which objects belonged before. Dropped and renamed objects are found by their identifier. */
function groupsOf(before: CatalogReading, identities: ReadonlySet<string>): Map<string, SchemaGroupKey[]> {
  const groups = new Map<string, SchemaGroupKey[]>()
  if (identities.size === 0) return groups
  for (const [id, identity] of before.identities) {
    if (identities.has(identity)) groups.set(identity, [...(groups.get(identity) ?? []), ownGroup(before, id)])
  }
  return groups
}

// Returns the group of an object. The id of an opaque object does not show whether the object is a part of a table.
function ownGroup(before: CatalogReading, id: SchemaObjectId): SchemaGroupKey {
  const group = groupKeyOfObjectId(id)
  if (before.state.groups.get(group)?.has(id)) return group
  for (const [key, objects] of before.state.groups) if (objects.has(id)) return key
  return group
}

// The lowest oid of a user's object: FirstNormalObjectId in the server's source.
const USERS = '16384'

const TRACES = new Map<number, SqlStatement>()

function tracesOn(major: number): SqlStatement {
  const known = TRACES.get(major) ?? tracesFor(major)
  TRACES.set(major, known)
  return known
}

// Makes the query for the catalog rows that this transaction or one of its savepoints wrote. The age() of their transaction id is not
// greater than that of the transaction.
const tracesFor = (major: number): SqlStatement =>
  sqlVerbatim(`
WITH held AS MATERIALIZED (
  SELECT l.classid, l.objid FROM pg_locks l WHERE l.locktype = 'object' AND l.pid = pg_backend_pid() AND l.mode <> 'AccessShareLock'
    AND l.database IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
), locked AS (
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
SELECT 'relation' AS kind, r.locked::text AS identity, k.prefix || ${objectNameSql('c.relnamespace', 'c.relname')} AS group, r.written AND (c.oid IS NULL OR c.relkind IN ('r', 'p', 'f')) AS written
FROM related r LEFT JOIN pg_class c ON c.oid = r.oid AND c.relkind NOT IN ('t', 'I', 'i')
CROSS JOIN LATERAL (SELECT 'table:' AS prefix WHERE c.oid IS NULL OR c.relkind IN ('r', 'p', 'f') OR c.relkind IN ('v', 'm') AND (c.relhastriggers OR c.relhasindex)
  UNION ALL SELECT 'view:' WHERE c.relkind IN ('v', 'm')
  UNION ALL SELECT 'sequence:' WHERE c.relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i' AND d.refclassid = 'pg_class'::regclass)
  UNION ALL SELECT 'opaque:composite type ' WHERE c.relkind = 'c') AS k
UNION ALL
${written('pg_proc', 'o', `'function:' || ${functionNameSql('o')}`)}
UNION ALL
${written('pg_type', 'o', typeGroup('o'))}
UNION ALL
SELECT DISTINCT 'object', 'pg_type/' || o.oid, ${typeGroup('o')}, false FROM pg_enum e JOIN pg_type o ON o.oid = e.enumtypid
WHERE e.oid >= ${USERS} AND age(e.xmin) <= 0
UNION ALL
SELECT DISTINCT 'object', 'pg_type/' || o.oid, ${typeGroup('o')}, false FROM pg_constraint k JOIN pg_type o ON o.oid = k.contypid
WHERE k.contypid >= ${USERS} AND age(k.xmin) <= 0
UNION ALL
${written('pg_extension', 'o', `'extension:' || o.extname`)}
UNION ALL
${written('pg_namespace', 'o', `'schema:' || o.nspname`)}
UNION ALL
${listStandaloneObjectKinds(major)
  .map((kind) => written(kind.catalog, 'o', standaloneGroupSql(kind)))
  .join('\nUNION ALL\n')}
UNION ALL
SELECT 'object', CASE d.classoid WHEN 'pg_proc'::regclass THEN 'pg_proc/' || d.objoid ELSE 'pg_type/' || d.objoid END,
  CASE d.classoid WHEN 'pg_proc'::regclass THEN (SELECT 'function:' || ${functionNameSql('p')} FROM pg_proc p WHERE p.oid = d.objoid)
    ELSE (SELECT ${typeGroup('t')} FROM pg_type t WHERE t.oid = d.objoid) END, false
FROM pg_description d WHERE d.objoid >= ${USERS} AND d.classoid IN ('pg_proc'::regclass, 'pg_type'::regclass) AND age(d.xmin) <= 0`)

// Makes the SQL condition for a new catalog row, or for an object on which the transaction holds a lock for a change. The changed
// part can be in another catalog.
function written(catalog: string, alias: string, group: string): string {
  return `SELECT 'object', '${catalog}/' || ${alias}.oid, ${group}, false FROM ${catalog} ${alias} WHERE ${alias}.oid >= ${USERS} AND (age(${alias}.xmin) <= 0
    OR EXISTS (SELECT FROM held h WHERE h.classid = '${catalog}'::regclass AND h.objid = ${alias}.oid))`
}

function typeGroup(t: string): string {
  return `CASE ${t}.typtype WHEN 'e' THEN 'enum:' WHEN 'd' THEN 'domain:' WHEN 'r' THEN 'opaque:range type ' WHEN 'b' THEN CASE WHEN ${t}.typelem = 0 THEN 'opaque:type ' END
    WHEN 'c' THEN CASE (SELECT tc.relkind FROM pg_class tc WHERE tc.oid = ${t}.typrelid) WHEN 'c' THEN 'opaque:composite type ' END END
    || ${objectNameSql(`${t}.typnamespace`, `${t}.typname`)}`
}

// The catalogs whose objects can be dropped without a visible lock.
const CATALOGS = ['pg_proc', 'pg_type', 'pg_extension', 'pg_namespace']

// Returns the identifiers of the objects in a group. A part of a table has a separate oid and is dropped with the table.
function pgIdentities(before: CatalogReading, group: SchemaObjectGroup): readonly string[] {
  return [...group.keys()].flatMap((id) => before.identities.get(id) ?? []).filter((identity) => identity.startsWith('pg_'))
}

/** Makes the query for the objects that no longer exist. */
function goneOf(before: CatalogReading, major: number): SqlStatement {
  const identities: string[] = []
  for (const [key, group] of before.state.groups) if (!key.startsWith('table:')) identities.push(...pgIdentities(before, group))
  const used = [...CATALOGS, ...listStandaloneObjectKinds(major).map(({ catalog }) => catalog)].filter((catalog) =>
    identities.some((identity) => identity.startsWith(`${catalog}/`)),
  )
  const cases = used.map(
    (catalog) => `WHEN '${catalog}' THEN EXISTS (SELECT FROM ${catalog} x WHERE x.oid = split_part(b.identity, '/', 2)::oid)`,
  )
  const isThere = used.length === 0 ? 'true' : `CASE split_part(b.identity, '/', 1) ${cases.join(' ')} ELSE true END`
  return sql`SELECT 'gone', b.identity, NULL, false FROM unnest(${sqlValue(identities)}::text[]) AS b(identity) WHERE NOT ${sqlVerbatim(isThere)}`
}
