import { sql, sqlName, sqlValue, sqlVerbatim } from '../../../dialect/sql.ts'
import type {
  ObjectUsageEntry,
  ObjectUsageQuerySession,
  ObjectUsageReader,
  ObjectUsageReading,
  ReasonObjectUsageUnseen,
} from '../../../dialect/usage.ts'
import type { SqlText } from '../../../release/migration.ts'
import { objectIdOf, type SchemaObject } from '../../../schema/object.ts'
import { findObjectUsesInStatements, type StatementInStatistics } from './statement-usage.ts'

/**
 * Reads the statistics of tables and indexes, and the statistics of statements if the extension pg_stat_statements is available.
 */
export const postgresObjectUsageReader: ObjectUsageReader = {
  async read(session, objects, own) {
    // The server publishes the counters of a session with a delay. The function pg_stat_force_next_flush publishes them at once,
    // and exists since PostgreSQL 15.
    if (session.version.major >= 15) await session.query(sql`SELECT pg_stat_force_next_flush()`)
    const [facts] = await session.query<Facts>(FACTS)
    if (!facts || facts.counts !== 'on') {
      return {
        unseen: 'track_counts is off, so the server counts no use of tables',
        remedy: 'Set track_counts = on, and reload the server',
      }
    }
    const problem = problemOfStatements(facts)
    const statements = problem ? undefined : await readStatements(session, facts, objects, own)
    if (statements && 'unseen' in statements) return statements
    const hidden = hiddenFrom(objects, problem, session.hidesReads)
    return {
      period: [facts.reset, facts.started, statements?.reset].join('/'),
      dropped: statements?.dropped ?? 0,
      usages: [...(statements?.usages ?? []), ...(await readCounters(session, objects, facts.home ?? ''))],
      hidden,
    }
  },
  async objectsNamedIn(session, { text: query }, objects) {
    const [row] = await session.query<{ readonly home: string | null }>(sql`SELECT current_schema() AS home`)
    const found = await findObjectUsesInStatements([{ key: '', count: 1, query, user: '' }], objects, row?.home ?? '', [])
    return found.flatMap((use) => use.objects)
  },
}

interface Facts {
  readonly home: string | null
  readonly counts: string
  readonly extension: string | null
  readonly track: string | null
  readonly reset: string | null
  readonly started: string | null
}

// A crash of the server resets all statistics. Only the statistics of the whole server contain the time of such a reset.
const FACTS = sql`SELECT current_schema() AS home, current_setting('track_counts') AS counts,
    (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE e.extname = 'pg_stat_statements') AS extension,
    current_setting('pg_stat_statements.track', true) AS track,
    (SELECT stats_reset::text FROM pg_stat_database WHERE datname = current_database()) AS reset,
    (SELECT stats_reset::text FROM pg_stat_archiver) AS started`

/**
 * Returns the reason why the server has no statistics of statements, and the action with which a person enables the statistics.
 */
function problemOfStatements({ extension, track }: Facts): ObjectUsageReading['hidden'][number] | undefined {
  if (track === null) {
    return {
      objects: [],
      unseen: 'the server does not load pg_stat_statements',
      remedy:
        'Add pg_stat_statements to shared_preload_libraries, restart the server, and run in this database: CREATE EXTENSION pg_stat_statements',
    }
  }
  if (extension === null) {
    return {
      objects: [],
      unseen: 'the extension pg_stat_statements is not in this database',
      remedy: 'Run in this database: CREATE EXTENSION pg_stat_statements',
    }
  }
  if (track !== 'none') return undefined
  return { objects: [], unseen: 'pg_stat_statements.track is none', remedy: 'Set pg_stat_statements.track = all, and reload the server' }
}

const NEEDS_STATEMENTS: ReadonlySet<SchemaObject['kind']> = new Set<SchemaObject['kind']>(['column', 'view', 'function'])

/**
 * Returns the objects whose use the server's statistics do not show. The statistics of statements show the use of columns, views
 * and routines. The counters show the use of tables and indexes, if the counters exclude the engine's own reads.
 */
function hiddenFrom(objects: readonly SchemaObject[], problem: ObjectUsageReading['hidden'][number] | undefined, hidesReads: boolean) {
  const own = {
    unseen:
      'the counters of the server include the reads of the engine, because the user may not set track_counts and pg_stat_statements.track',
    remedy:
      'Run as a superuser, on PostgreSQL 15 or newer: GRANT SET ON PARAMETER track_counts, pg_stat_statements.track TO the user who runs interphase',
  }
  const needing = (is: (object: SchemaObject) => boolean) => objects.filter(is).map(objectIdOf)
  const byStatement = problem ? needing(({ kind }) => NEEDS_STATEMENTS.has(kind)) : []
  const byCounter = hidesReads ? [] : needing(({ kind }) => kind === 'index' || (problem !== undefined && !NEEDS_STATEMENTS.has(kind)))
  return [
    ...(problem && byStatement.length > 0 ? [{ ...problem, objects: byStatement }] : []),
    ...(byCounter.length > 0 ? [{ ...own, objects: byCounter }] : []),
  ]
}

interface StatementStatistics extends Pick<ObjectUsageReading, 'dropped' | 'usages'> {
  readonly reset: string
}

/**
 * Reads the statements of pg_stat_statements that name one of the objects. Returns the reason and the remedy if the user cannot
 * see the statements of other users. Before PostgreSQL 14, pg_stat_statements does not show when it was reset.
 */
async function readStatements(
  session: ObjectUsageQuerySession,
  { home, extension }: Facts,
  objects: readonly SchemaObject[],
  own: readonly SqlText[],
): Promise<StatementStatistics | ReasonObjectUsageUnseen> {
  const schema = sqlName(extension ?? '')
  const names = [...new Set(objects.flatMap(nameInStatement))]
  const rows = await session.query<StatementInStatistics & { readonly is_hidden: boolean }>(
    sql`SELECT concat_ws('/', s.userid, s.queryid) AS key, sum(s.calls)::float8 AS count, min(s.query) AS query,
        coalesce(min(pg_get_userbyid(s.userid)), '') AS "user", bool_or(s.queryid IS NULL) AS is_hidden
      FROM ${schema}.pg_stat_statements s
      WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (s.queryid IS NULL OR EXISTS (SELECT FROM unnest(${sqlValue(names)}::text[]) n WHERE strpos(lower(s.query), lower(n)) > 0))
      GROUP BY s.userid, s.queryid`,
  )
  if (rows.some(({ is_hidden: isHidden }) => isHidden)) {
    return {
      unseen: 'the user may not see the statements of other users in pg_stat_statements',
      remedy: 'Grant the role pg_read_all_stats to the user who runs interphase',
    }
  }
  const usages = await findObjectUsesInStatements(rows, objects, home ?? '', own)
  if (session.version.major < 14) return { reset: '', dropped: 0, usages }
  const [info] = await session.query<{ readonly dealloc: string | number; readonly reset: string | null }>(
    sql`SELECT dealloc, stats_reset::text AS reset FROM ${schema}.pg_stat_statements_info`,
  )
  return { reset: info?.reset ?? '', dropped: Number(info?.dealloc ?? 0), usages }
}

/**
 * Returns the name that a statement must contain to use the object. A statement does not contain the name of an index, so for an
 * index the result is the name of its table.
 */
function nameInStatement(object: SchemaObject): readonly string[] {
  const name = object.kind === 'column' || object.kind === 'index' ? object.table : object.name.replace(/\(.*$/s, '')
  return [name.slice(name.lastIndexOf('.') + 1)]
}

interface TableCounter {
  readonly name: string
  readonly reads: number
  readonly writes: number
  readonly at?: string | null
}

async function readCounters(
  session: ObjectUsageQuerySession,
  objects: readonly SchemaObject[],
  home: string,
): Promise<readonly ObjectUsageEntry[]> {
  const qualified = sql`CASE WHEN schemaname = ${sqlValue(home)}::text AND strpos(relname, '.') = 0 THEN relname ELSE schemaname || '.' || relname END`
  // The columns with the times of the last scans exist since PostgreSQL 16.
  const at = (columns: string) =>
    session.version.major < 16 ? sql`NULL` : sql`to_char(${sqlVerbatim(columns)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`
  const tables = await session.query<TableCounter>(
    sql`SELECT ${qualified} AS name, (seq_scan + coalesce(idx_scan, 0))::float8 AS reads,
        (n_tup_ins + n_tup_upd + n_tup_del)::float8 AS writes, ${at('greatest(last_seq_scan, last_idx_scan)')} AS at
      FROM pg_stat_user_tables`,
  )
  const indexes = await session.query<Omit<TableCounter, 'writes'> & { readonly index: string }>(
    sql`SELECT ${qualified} AS name, indexrelname AS index, coalesce(idx_scan, 0)::float8 AS reads, ${at('last_idx_scan')} AS at
      FROM pg_stat_user_indexes`,
  )
  const kind = session.hidesReads ? 'reads' : 'other'
  return objects.flatMap((object): readonly ObjectUsageEntry[] => {
    const id = objectIdOf(object)
    const seen = (last: string | null | undefined) => (typeof last === 'string' ? { lastAt: last } : {})
    if (object.kind === 'index') {
      const found = indexes.find(({ name, index }) => name === object.table && index === object.name)
      if (!found) return []
      return [{ key: `${id} reads`, kind, objects: [id], count: found.reads, what: 'scans of the index', ...seen(found.at) }]
    }
    const found = object.kind === 'table' || object.kind === 'partition' ? tables.find(({ name }) => name === object.name) : undefined
    if (!found) return []
    const reads: ObjectUsageEntry = {
      key: `${id} reads`,
      kind,
      objects: [id],
      count: found.reads,
      what: 'scans of the table',
      ...seen(found.at),
    }
    return [reads, { key: `${id} writes`, kind: 'writes', objects: [id], count: found.writes, what: 'rows that were written' }]
  })
}
