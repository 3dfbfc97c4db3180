import type { StatementTimeLimits } from '../../dialect/dialect.ts'
import { sql, sqlTableName, sqlValue } from '../../dialect/sql.ts'
import { isError } from '../../error.ts'
import { runInReadOnlyTransaction } from '../../gate/only-reading.ts'
import {
  type DataStepCost,
  type DataStepCostInput,
  estimateDataStepCost,
  isOneTransactionDataStep,
  largestRowCountWithinLimit,
  refusalOfDataStepSize,
  tablesInfluencingDataStepCost,
} from '../../plan/data-step-size.ts'
import type { TableSize, TableSizesByName } from '../../plan/estimate.ts'
import type { LedgerHistory } from '../../plan/history.ts'
import { addDataStepCostsToPlan, appliedMigrationsById } from '../../plan/plan.ts'
import { loadFunctionMigration } from '../../project/modules.ts'
import type { ReleaseWithStates } from '../../project/recorded.ts'
import type { FrontMatter, Migration, MigrationId } from '../../release/migration.ts'
import { migrationsInPhasedOrder } from '../../release/order.ts'
import { objectsOfState } from '../../schema/state.ts'
import type { RecordedMigration } from '../../state/recording.ts'
import { textsKnownBeforeRun } from '../../work/kinds.ts'
import type { ConnectedProject } from '../connected-project.ts'
import type { PreparedRelease } from '../job.ts'
import { READING_COMMAND_TIME_LIMITS } from '../reading.ts'

/**
 * Adds the estimated rows and duration of data steps to the plan. Also adds a refusal for each data step that exceeds the size
 * limit of the policy. The function examines only data steps that run in one transaction and have not begun. If the function counts
 * rows, it changes the time limits of the session, and sets them to `after` at the end.
 */
export async function addDataStepCostsAndRefusals(
  connected: ConnectedProject,
  prepared: PreparedRelease,
  history: LedgerHistory | undefined,
  after: StatementTimeLimits,
): Promise<PreparedRelease> {
  const costs = new Map<MigrationId, DataStepCost>()
  const refused: string[] = []
  for (const { migration, recorded, tablesBefore } of dataStepsNotBegun(prepared.planned, history)) {
    const work = prepared.works.get(migration.id)
    const limit = connected.policies[migration.phase].oneTransaction
    if (!work || !isOneTransactionDataStep(migration, recorded, work.declarations)) continue
    const statements = work.body.kind === 'function' ? undefined : textsKnownBeforeRun(work)
    const step: DataStepCostInput = { dialect: connected.dialect.name, statements, recorded, tablesBefore }
    const cost = estimateDataStepCost(
      step,
      await readSizes(connected, tablesInfluencingDataStepCost(step), limit ? largestRowCountWithinLimit(limit) : 0, after),
    )
    costs.set(migration.id, cost)
    const verdict = limit && refusalOfDataStepSize(migration, step, cost, work.declarations, limit)
    if (verdict && !verdict.despite) refused.push(verdict.refused)
  }
  return costs.size === 0 ? prepared : { ...prepared, plan: addDataStepCostsToPlan(prepared.plan, costs, refused) }
}

/**
 * Returns the refusals of data steps that exceed the size limits of the policies, one text for each data step. To save time, the
 * function reads the statements of a data step only if one of its tables is large.
 */
export async function listDataStepSizeRefusals(
  connected: ConnectedProject,
  planned: ReleaseWithStates,
  history: LedgerHistory | undefined,
): Promise<readonly string[]> {
  const { dialect, policies } = connected
  const refused: string[] = []
  for (const { migration, recorded, tablesBefore } of dataStepsNotBegun(planned, history)) {
    const limit = policies[migration.phase].oneTransaction
    if (!limit || !isOneTransactionDataStep(migration, recorded, migration.declarations)) continue
    const { body } = migration
    const about = { dialect: dialect.name, recorded, tablesBefore }
    const text = body.kind === 'sql' ? body.sql.text : undefined
    const tables = tablesInfluencingDataStepCost({ ...about, statements: text === undefined ? undefined : [text] })
    const sizes = await readSizes(connected, tables, largestRowCountWithinLimit(limit), READING_COMMAND_TIME_LIMITS)
    // The code computes an upper limit of the written rows without parsing the file. Each statement writes at most every row of
    // every table, and the file has at most one statement more than semicolons.
    const most = tables.reduce((sum, table) => sum + (sizes.get(table)?.rows ?? 0), 0) * ((text?.split(';').length ?? 0) + 1)
    if (most <= largestRowCountWithinLimit(limit)) continue
    const { statements, declarations } = await readStep(connected, migration)
    if (!isOneTransactionDataStep(migration, recorded, declarations)) continue
    const step: DataStepCostInput = { ...about, statements }
    const verdict = refusalOfDataStepSize(migration, step, estimateDataStepCost(step, sizes), declarations, limit)
    if (verdict && !verdict.despite) refused.push(verdict.refused)
  }
  return refused
}

async function readStep(
  { dialect }: ConnectedProject,
  migration: Migration,
): Promise<{ readonly statements: readonly string[] | undefined; readonly declarations: FrontMatter }> {
  const { body, declarations } = migration
  if (body.kind === 'function') return { statements: undefined, declarations: (await loadFunctionMigration(migration)).declarations }
  return { statements: (await dialect.files.script(body.sql, declarations.transaction)).statements.map(({ text }) => text), declarations }
}

interface DataStepNotBegun {
  readonly migration: Migration
  readonly recorded: RecordedMigration
  readonly tablesBefore: readonly string[]
}

/**
 * Returns the data steps of the release that run in one transaction and have not begun on the target database. The result is
 * empty for a release with the field `history` in `release.json`, because no policy applies to such a release.
 */
function dataStepsNotBegun(
  { release, recorded, positions }: ReleaseWithStates,
  history: LedgerHistory | undefined,
): readonly DataStepNotBegun[] {
  if (release.history !== undefined) return []
  const applied = appliedMigrationsById(history)
  const waiting = migrationsInPhasedOrder(release).flatMap((migration) => {
    const found = recorded.migrations.get(migration.id)
    const isWaiting =
      found !== undefined && !applied.has(migration.id) && isOneTransactionDataStep(migration, found, migration.declarations)
    return isWaiting ? [{ migration, recorded: found }] : []
  })
  if (waiting.length === 0) return []
  const states = new Map(positions().map((position) => [position.migration.id, position.before]))
  return waiting.map((one) => ({ ...one, tablesBefore: tableNames(states.get(one.migration.id)) }))
}

function tableNames(state: Parameters<typeof objectsOfState>[0] | undefined): readonly string[] {
  if (!state) return []
  return [...objectsOfState(state)].flatMap(({ kind, name }) => (kind === 'table' || kind === 'partition' ? [name] : []))
}

// The size in bytes of the largest table whose rows the engine counts. In a larger table, the count would last too long, because
// it also reads the dead row versions.
const LARGEST_COUNTED_BYTES = 256_000_000
// The assumed size of a row in a large table without statistics, in bytes. Most rows are smaller, so the table has at least the
// computed number of rows.
const BYTES_OF_ROW = 1000
const COUNT_TIMEOUT_MS = 2000

/**
 * Returns the sizes of tables from the statistics of the server. If the statistics of a table are missing, or show at most
 * `limit` rows, the function counts the rows up to `limit` + 1. The function does not count a table above 256 MB. If a count
 * lasts too long, the function cancels the count, and uses the number of the statistics.
 */
async function readSizes(
  { session, dialect: { catalog } }: ConnectedProject,
  tables: readonly string[],
  limit: number,
  after: StatementTimeLimits,
): Promise<TableSizesByName> {
  const sizes = new Map(await catalog.sizes(session, tables))
  const small = [...sizes].filter(([, { rows }]) => rows === undefined || rows <= limit)
  if (small.length === 0) return sizes
  await session.limit({ lockTimeoutMs: COUNT_TIMEOUT_MS, statementTimeoutMs: COUNT_TIMEOUT_MS })
  try {
    for (const [table, size] of small) sizes.set(table, await countUpTo(session, table, size, Math.floor(limit) + 1))
  } finally {
    if (!session.lost.aborted) await session.limit(after)
  }
  return sizes
}

const NO_COUNT = ['statement.lock-timeout', 'statement.timeout', 'database.privilege'] as const

async function countUpTo(
  session: ConnectedProject['session'],
  table: string,
  { rows, bytes }: TableSize,
  most: number,
): Promise<TableSize> {
  if (bytes > LARGEST_COUNTED_BYTES)
    return rows === undefined ? { rows: Math.ceil(bytes / BYTES_OF_ROW), bytes, isLowerBound: true } : { rows, bytes }
  const few = sql`SELECT count(*) AS interphase_found FROM (SELECT 1 AS one FROM ${sqlTableName(table)} LIMIT ${sqlValue(most)}) AS few`
  try {
    const [row] = await runInReadOnlyTransaction(session, () => session.query<{ readonly interphase_found: string | number }>(few))
    const found = Number(row?.interphase_found ?? 0)
    return { rows: found, bytes, ...(found === most && { isLowerBound: true }) }
  } catch (error) {
    // A count can fail because another session locks the table, because the server is busy, or because a policy of row level security
    // hides rows. The function then returns the number of rows in the statistics.
    if (!NO_COUNT.some((code) => isError(error, code))) throw error
    return { ...(rows !== undefined && { rows }), bytes }
  }
}
