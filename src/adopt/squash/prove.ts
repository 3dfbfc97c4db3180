import { formatStatementForFile } from '../../dialect/statement-text.ts'
import { loadInsertStatementWriter, loadSchemaChangeSqlWriter } from '../../dialects/open.ts'
import { errorMessageOf, InterphaseError, isError } from '../../error.ts'
import { RecordedChainReader } from '../../project/recorded.ts'
import { ReleaseBoundaryDatabaseProvider } from '../../record/boundaries.ts'
import { readRowsOfBoundaryDatabase } from '../../record/rows.ts'
import type { MigrationId, Release, ReleaseChain, SqlText } from '../../release/migration.ts'
import { migrationsInPhasedOrder } from '../../release/order.ts'
import { describeDifferences, describeObjectMismatch } from '../../schema/describe.ts'
import { differences } from '../../schema/difference.ts'
import { fingerprintOfState, type StateFingerprint } from '../../schema/fingerprint.ts'
import type { DialectName, SchemaObject } from '../../schema/object.ts'
import { makeSchemaState, objectsOfState, type SchemaState } from '../../schema/state.ts'
import { writableColumnsOfTable } from '../../schema/writable-columns.ts'
import { createFirstBoundaryDatabase, executeSqlFile, type ReleaseBoundaryDatabase, runWithDatabaseSession } from '../../shadow/boundary.ts'
import type { ShadowServerContext } from '../../shadow/shadow-server.ts'
import type { RowsOfChainTable } from '../../state/chain-rows.ts'
import { schemaStateBeforeRows } from '../snapshot/script.ts'

/** The squashed releases of one dialect, and the tested SQL that replaces them. */
export interface SquashedReleasesWithSql {
  readonly dialect: DialectName
  /** The squashed releases, the oldest first. */
  readonly releases: readonly Release[]
  /** The SQL that creates the schema and the rows of the squashed releases. */
  readonly text: string
  readonly end: { readonly state: StateFingerprint; readonly major: number }
  /**
   * The sets of migrations after which a database has the schema and the rows of the squashed releases. Each set contains the
   * checksum of each migration.
   */
  readonly paths: readonly ReadonlyMap<MigrationId, string>[]
}

const ALL = { rows: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY }

/**
 * Returns the SQL that creates the schema and rows at the end of the release `through`. The function executes the SQL and the old
 * releases on shadows, and compares the results. Throws `squash.refused` if no SQL can create an object or the rows, and
 * `squash.differs` if the results differ.
 */
export async function makeProvenSquashSql(
  root: string,
  shadows: ShadowServerContext,
  chain: ReleaseChain,
  through: string,
): Promise<SquashedReleasesWithSql> {
  const releases = chain.releases.slice(0, chain.releases.findIndex(({ name }) => name === through) + 1)
  const states = new RecordedChainReader(root, chain)
  const [{ start }, newest] = [await states.of(releases[0]?.name ?? through), await states.of(through)]
  const boundaries = new ReleaseBoundaryDatabaseProvider(shadows, chain, await states.ends())
  await boundaries.sweep()
  try {
    const end = await boundaries.before(releases.length)
    const rows = await readRowsOfBoundaryDatabase(shadows, end, ALL)
    const text = await writeText(shadows, { start, end: end.reading.state }, rows)
    const file = `releases/${through}.${chain.dialect}.sql`
    await compareEnds(shadows, chain, { file, text }, end, rows)
    return {
      dialect: chain.dialect,
      releases,
      text,
      end: { state: fingerprintOfState(newest.end), major: newest.recorded.server.major },
      paths: pathsOf(releases),
    }
  } finally {
    await boundaries.sweep()
  }
}

/**
 * Returns the sets of migrations after which a database has the schema and the rows of the squashed releases. One set contains the
 * present migrations of these releases. If an earlier squash created the first of these releases, each other set contains
 * migrations that the earlier squash replaced, and the migrations of all later releases.
 */
function pathsOf(releases: readonly Release[]): SquashedReleasesWithSql['paths'] {
  const entries = (some: readonly Release[]) => some.flatMap(migrationsInPhasedOrder).map(({ id, checksum }) => [id, checksum] as const)
  const earlier = releases[0]?.squashed?.paths ?? []
  return [new Map(entries(releases)), ...earlier.map((path) => new Map([...path, ...entries(releases.slice(1))]))]
}

async function writeText(
  { dialect }: ShadowServerContext,
  { start, end }: { readonly start: SchemaState; readonly end: SchemaState },
  rows: readonly RowsOfChainTable[],
): Promise<string> {
  const wanted = withoutDefaultCollations(end)
  const between = schemaStateBeforeRows(wanted, start)
  const write = await loadSchemaChangeSqlWriter(dialect.name)
  const [schema, rules] = [write(start, between), write(between, wanted)]
  const problems = [...schema.unwritten, ...rules.unwritten].map(({ object, reason }) => `on ${dialect.name}, ${object}: ${reason}`)
  const exact = rows.filter(({ kept }) => !kept).map(({ table }) => `on ${dialect.name}, the rows of ${table}: their text is not exact`)
  if (problems.length + exact.length > 0) throw new InterphaseError('squash.refused', { problems: [...problems, ...exact] })
  const statements = [...schema.statements, ...(await writeRows(dialect.name, end, rows)), ...rules.statements]
  const texts = statements.map((statement) => formatStatementForFile(statement, dialect.name))
  return `${['-- The schema and the rows of the releases that this release replaces.', ...texts].join('\n\n')}\n`
}

async function writeRows(dialect: DialectName, end: SchemaState, rows: readonly RowsOfChainTable[]): Promise<readonly string[]> {
  const writer = await loadInsertStatementWriter(dialect)
  const tables = new Map([...objectsOfState(end)].flatMap((object) => (object.kind === 'table' ? [[object.name, object] as const] : [])))
  return rows.flatMap(({ table: name, kept }) => {
    const table = tables.get(name)
    return table && kept ? writer.insert(table, writableColumnsOfTable(name, end), kept.rows).map(writer.render) : []
  })
}

/**
 * Returns the schema state without the collation of each table and column that has the default collation of the database. The SQL
 * then creates these tables and columns with the default collation of each target database.
 */
function withoutDefaultCollations(state: SchemaState): SchemaState {
  const ofDatabase = (object: SchemaObject) => 'ofDatabase' in object && (object.ofDatabase ?? false)
  const tables = new Set(
    [...objectsOfState(state)].flatMap((object) => (object.kind === 'table' && ofDatabase(object) ? [object.name] : [])),
  )
  const bare = (object: SchemaObject): SchemaObject => {
    if (object.kind === 'table' && tables.has(object.name)) return withoutCollation(object)
    return object.kind === 'column' && ofDatabase(object) && tables.has(object.table) ? withoutCollation(object) : object
  }
  return makeSchemaState([...objectsOfState(state)].map(bare))
}

function withoutCollation<O extends { readonly collation?: string }>(object: O): Omit<O, 'collation'> {
  const { collation: _collation, ...rest } = object
  return rest
}

/**
 * Executes the SQL on an empty shadow, and compares the schema and the rows with those of the old releases. Throws
 * `squash.differs` if they differ, or if the SQL fails.
 */
async function compareEnds(
  shadows: ShadowServerContext,
  chain: ReleaseChain,
  file: SqlText,
  end: ReleaseBoundaryDatabase,
  rows: readonly RowsOfChainTable[],
): Promise<void> {
  const { server, dialect } = shadows
  await createFirstBoundaryDatabase(server, dialect, chain.setup, SQUASHED)
  const refuse = (found: readonly string[]) => new InterphaseError('squash.differs', { dialect: dialect.name, differences: found })
  const reading = await runWithDatabaseSession(dialect, await server.target(SQUASHED), async (session) => {
    await executeSqlFile(session, dialect, file, 'record.rows').catch((error: unknown) => {
      throw isError(error, 'record.rows') ? refuse([errorMessageOf(error)]) : error
    })
    return dialect.catalog.read(session, 'whole')
  })
  if (fingerprintOfState(reading.state) !== fingerprintOfState(end.reading.state)) {
    const found = differences(end.reading.state, reading.state)
    throw refuse(describeDifferences(found, (one) => describeObjectMismatch(one, { before: 'old releases', after: 'new release' })))
  }
  const made = await readRowsOfBoundaryDatabase(shadows, { name: SQUASHED, reading }, ALL)
  const other = new Map(made.map((table) => [table.table, JSON.stringify(table)]))
  const differing = rows.filter((table) => other.get(table.table) !== JSON.stringify(table)).map(({ table }) => table)
  const more = made.filter(({ table }) => !rows.some((one) => one.table === table)).map(({ table }) => table)
  if (differing.length + more.length > 0) throw refuse([...differing, ...more].map((table) => `the rows of ${table}`))
}

const SQUASHED = 'squashed'
