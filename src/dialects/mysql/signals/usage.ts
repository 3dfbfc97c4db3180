import { joinSql, sql, sqlValue } from '../../../dialect/sql.ts'
import type {
  ObjectUsageEntry,
  ObjectUsageQuerySession,
  ObjectUsageReader,
  ObjectUsageReading,
  ReasonObjectUsageUnseen,
} from '../../../dialect/usage.ts'
import { isError } from '../../../error.ts'
import { objectIdOf, type SchemaObject } from '../../../schema/object.ts'
import { findObjectUsesInDigests, type StatementDigestInStatistics } from './statement-usage.ts'

/** Reads the digests of statements and the counters of tables in the performance schema. */
export const mysqlObjectUsageReader: ObjectUsageReader = {
  async read(session, objects, own) {
    try {
      const problem = await findProblem(session)
      if (problem) return problem
      const { period, dropped } = await readPeriod(session)
      const digests = await readDigests(session, objects)
      return {
        period,
        dropped,
        usages: [
          ...findObjectUsesInDigests(digests, objects, session.database, own),
          ...(await readCounters(session, objects)),
          ...(await readPreparedStatements(session, objects)),
        ],
        hidden: hiddenFrom(objects, session.hidesReads),
      }
    } catch (error) {
      if (!isError(error, 'database.privilege')) throw error
      return { unseen: error.message, remedy: 'Grant SELECT on performance_schema.* to the user who runs interphase' }
    }
  },
  objectsNamedIn({ database }, { text }, objects) {
    const found = findObjectUsesInDigests([{ id: '', base: database, text, calls: 1, last_at: '' }], objects, database, [])
    return Promise.resolve(found.flatMap((use) => use.objects))
  },
}

/**
 * Returns the reason and the remedy if the performance schema does not count every statement. Returns undefined if the performance
 * schema counts every statement.
 */
async function findProblem(session: ObjectUsageQuerySession): Promise<ReasonObjectUsageUnseen | undefined> {
  const [setting] = await session.query<{ readonly is_on: unknown; readonly digests: unknown }>(
    sql`SELECT @@performance_schema AS is_on, @@performance_schema_digests_size AS digests`,
  )
  if (Number(setting?.is_on) !== 1) {
    return {
      unseen: 'the performance schema is off, so the server counts no statements',
      remedy: 'Set performance_schema = ON in the configuration of the server, and restart it',
    }
  }
  if (Number(setting?.digests) === 0) {
    return {
      unseen: 'performance_schema_digests_size is 0, so the server counts no statements',
      remedy: 'Remove performance_schema_digests_size from the configuration of the server, and restart it',
    }
  }
  const [off] = await session.query<{ readonly name: string }>(
    sql`SELECT name AS name FROM performance_schema.setup_consumers
      WHERE name IN ('global_instrumentation', 'thread_instrumentation', 'statements_digest') AND enabled = 'NO'`,
  )
  if (off) {
    return {
      unseen: `the consumer ${off.name} of the performance schema is off`,
      remedy: `Run: UPDATE performance_schema.setup_consumers SET enabled = 'YES' WHERE name = '${off.name}'`,
    }
  }
  const [instrument] = await session.query<{ readonly name: string }>(
    sql`SELECT name AS name FROM performance_schema.setup_instruments WHERE enabled = 'NO' AND name IN ('statement/sql/select',
      'statement/sql/insert', 'statement/sql/update', 'statement/sql/delete', 'statement/com/Execute', 'wait/io/table/sql/handler')`,
  )
  if (instrument) {
    return {
      unseen: `the instrument ${instrument.name} of the performance schema is off`,
      remedy: `Run: UPDATE performance_schema.setup_instruments SET enabled = 'YES', timed = 'YES' WHERE name = '${instrument.name}'`,
    }
  }
  const [actors] = await session.query<{ readonly all_users: unknown; readonly without: unknown }>(
    sql`SELECT sum(host = '%' AND user = '%' AND enabled = 'YES') AS all_users, sum(enabled = 'NO') AS without
      FROM performance_schema.setup_actors`,
  )
  if (Number(actors?.all_users ?? 0) > 0 && Number(actors?.without ?? 0) === 0) return undefined
  return {
    unseen: 'performance_schema.setup_actors leaves out users',
    remedy:
      "Run: TRUNCATE performance_schema.setup_actors; INSERT INTO performance_schema.setup_actors (host, user, role, enabled) VALUES ('%', '%', '%', 'YES')",
  }
}

/**
 * Reads two facts about the digests of statements. `period` is the time of the oldest digest, and `dropped` is the number of
 * executions of statements for which the server stored no digest. The oldest digest changes only when the table of digests is
 * truncated or the server starts. If two readings have the same `period`, the server did not reset the counts between the readings.
 */
async function readPeriod(session: ObjectUsageQuerySession): Promise<Pick<ObjectUsageReading, 'period' | 'dropped'>> {
  const [row] = await session.query<{ readonly oldest: string | null; readonly dropped: unknown }>(
    sql`SELECT CAST(min(CASE WHEN digest IS NOT NULL THEN unix_timestamp(first_seen) END) AS char) AS oldest,
      coalesce(sum(CASE WHEN digest IS NULL THEN count_star END), 0) AS dropped
      FROM performance_schema.events_statements_summary_by_digest`,
  )
  return { period: row?.oldest ?? '', dropped: Number(row?.dropped) }
}

async function readDigests(
  session: ObjectUsageQuerySession,
  objects: readonly SchemaObject[],
): Promise<readonly StatementDigestInStatistics[]> {
  const names = [...new Set(objects.flatMap(nameInStatement))]
  // If the server shortened the text of a statement, the stored text ends with three dots.
  const named = names.map((name) => sql`instr(lower(digest_text), lower(${sqlValue(name)})) > 0`)
  return session.query<StatementDigestInStatistics>(
    sql`SELECT concat(coalesce(schema_name, ''), '/', digest) AS id, coalesce(schema_name, '') AS base, digest_text AS text,
        CAST(count_star AS double) AS calls, date_format(convert_tz(last_seen, @@time_zone, '+00:00'), '%Y-%m-%dT%H:%i:%sZ') AS last_at
      FROM performance_schema.events_statements_summary_by_digest
      WHERE digest IS NOT NULL AND (${joinSql([...named, sql`digest_text LIKE '%...'`], sql` OR `)})`,
  )
}

/**
 * Returns the name that a statement must contain to use the object. A statement does not contain the name of an index, so for an
 * index the result is the name of its table.
 */
function nameInStatement(object: SchemaObject): readonly string[] {
  return [object.kind === 'column' || object.kind === 'index' ? object.table : object.name]
}

interface IndexCounter {
  readonly name: string
  readonly key_name: string | null
  readonly got: number
  readonly put: number
}

/**
 * Reads the counters of tables and indexes. The counters include the reads and writes of routines, triggers and prepared
 * statements.
 */
async function readCounters(session: ObjectUsageQuerySession, objects: readonly SchemaObject[]): Promise<readonly ObjectUsageEntry[]> {
  const counters = await session.query<IndexCounter>(
    sql`SELECT object_name AS name, index_name AS key_name, CAST(count_fetch AS double) AS got,
        CAST(count_insert + count_update + count_delete AS double) AS put
      FROM performance_schema.table_io_waits_summary_by_index_usage WHERE object_schema = database()`,
  )
  const kind = session.hidesReads ? 'reads' : 'other'
  return objects.flatMap((object): readonly ObjectUsageEntry[] => {
    const id = objectIdOf(object)
    if (object.kind === 'index') {
      const found = counters.find(({ name, key_name: key }) => name === object.table && key === object.name)
      return found ? [{ key: `${id} reads`, kind, objects: [id], count: found.got, what: 'rows that were read by the index' }] : []
    }
    if (object.kind !== 'table') return []
    const all = counters.filter(({ name }) => name === object.name)
    const sum = (of: 'got' | 'put') => all.reduce((total, one) => total + one[of], 0)
    return [
      { key: `${id} reads`, kind, objects: [id], count: sum('got'), what: 'rows that were read' },
      { key: `${id} writes`, kind: 'writes', objects: [id], count: sum('put'), what: 'rows that were written' },
    ]
  })
}

/**
 * Reads how often each user, except the user of the engine, has executed prepared statements on MariaDB. MariaDB has no digests of
 * statements that an application prepares with the binary protocol, so this number is the only sign of their use. On MySQL, the
 * result is empty.
 */
async function readPreparedStatements(
  session: ObjectUsageQuerySession,
  objects: readonly SchemaObject[],
): Promise<readonly ObjectUsageEntry[]> {
  if (session.dialect !== 'mariadb') return []
  const rows = await session.query<{ readonly who: string; readonly calls: number }>(
    sql`SELECT user AS who, CAST(count_star AS double) AS calls FROM performance_schema.events_statements_summary_by_user_by_event_name
      WHERE event_name = 'statement/com/Execute' AND user IS NOT NULL AND user <> substring_index(current_user(), '@', 1)`,
  )
  const blind = objects.filter(({ kind }) => kind !== 'table' && kind !== 'index').map(objectIdOf)
  if (blind.length === 0) return []
  return rows.map(({ who, calls }) => ({
    key: `prepared statements of ${who}`,
    kind: 'unclear',
    objects: blind,
    count: calls,
    what: `prepared statements of the user ${who}, whose texts MariaDB does not show,`,
  }))
}

function hiddenFrom(objects: readonly SchemaObject[], hidesReads: boolean): ObjectUsageReading['hidden'] {
  const indexes = hidesReads ? [] : objects.filter(({ kind }) => kind === 'index').map(objectIdOf)
  if (indexes.length === 0) return []
  return [
    {
      objects: indexes,
      unseen: 'the counters of the server include the reads of the engine',
      remedy: 'Grant UPDATE on performance_schema.threads to the user who runs interphase',
    },
  ]
}
