import type { CatalogReading, DatabaseConnectionSettings, DatabaseSession } from '../dialect/dialect.ts'
import { compareTableRows, findNondeterministicColumns, removeColumnsFromRows } from '../proof/rows.ts'
import type { Migration, Release } from '../release/migration.ts'
import { isSameMigrationOrder, migrationsInAuthoredOrder, migrationsInPhasedOrder } from '../release/order.ts'
import type { CompleteExecutionTrace, ExecutionTraceWithRows, FailedExecutionTrace } from '../state/trace.ts'
import { executeSqlFile, type ReleaseBoundaryDatabase, runWithDatabaseSession } from './boundary.ts'
import { executeMigrationsOnShadow } from './execute.ts'
import { readAllTableRows } from './rows.ts'
import type { ShadowServerContext } from './shadow-server.ts'

/**
 * The schema after a release ran in one order, as the catalog reader has read it, and the duration of the execution in
 * milliseconds.
 */
interface Executed {
  readonly reading: CatalogReading
  readonly elapsedMs: number
}

type CompleteRun = CompleteExecutionTrace & Executed
type RunWithRows = ExecutionTraceWithRows & Executed
type FailedRun = FailedExecutionTrace & Executed

/**
 * The results of executing a release in authored order and in phased order. If authored order fails, the engine stops the
 * execution of phased order.
 */
export type ExecutionsOfOrders =
  | ComparableExecutionsOfOrders
  | { readonly outcome: 'authored order failed'; readonly orders: 1 | 2; readonly authored: FailedRun }

/**
 * The executions of a release that the proof compares. If authored order and phased order are the same sequence, the engine
 * executes the release only once.
 */
export type ComparableExecutionsOfOrders =
  | { readonly outcome: 'one order'; readonly both: CompleteRun }
  | { readonly outcome: 'both ran'; readonly authored: RunWithRows; readonly phased: RunWithRows }
  | { readonly outcome: 'phased order failed'; readonly authored: RunWithRows; readonly phased: FailedRun }

/** One of the two orders, authored or phased, in which the engine executes a release. */
interface Order {
  readonly name: 'authored' | 'phased'
  readonly sequence: readonly Migration[]
  /** True if the execution also determines the prices of the statements. */
  readonly prices: boolean
}

/**
 * A function that adds facts to a complete execution of an order. The function reads the facts in the database after the last
 * migration.
 */
type AtEnd<R extends CompleteRun> = (run: CompleteRun, shadows: ShadowServerContext, session: DatabaseSession) => R | Promise<R>

const asItIs: AtEnd<CompleteRun> = (run) => run
const withRows: AtEnd<RunWithRows> = async (run, shadows, session) => ({
  ...run,
  rows: await readAllTableRows({ ...shadows, session }, run.reading),
})

/**
 * Executes a release in authored and in phased order at the same time, each in a copy of the database `from`. The name of the
 * copy is the name of the order. The two orders can conflict over an object of the whole server, such as a role. The function
 * therefore executes a failed order once more alone, and only the second failure counts.
 */
export async function executeBothOrders(
  shadows: ShadowServerContext,
  release: Release,
  from: ReleaseBoundaryDatabase,
  prices: boolean,
): Promise<ExecutionsOfOrders> {
  const [authoredSequence, phasedSequence] = [migrationsInAuthoredOrder(release), migrationsInPhasedOrder(release)]
  if (isSameMigrationOrder(authoredSequence, phasedSequence)) {
    const run = await executeOrder(shadows, release, { name: 'authored', sequence: authoredSequence, prices }, from, asItIs)
    return run.failed ? { outcome: 'authored order failed', orders: 1, authored: run } : { outcome: 'one order', both: run }
  }
  const authoredOne: Order = { name: 'authored', sequence: authoredSequence, prices: false }
  const phasedOne: Order = { name: 'phased', sequence: phasedSequence, prices }
  const [first, second] = await runBeside(shadows, release, [authoredOne, phasedOne], from)
  const authored = first ?? (await executeOrder(shadows, release, authoredOne, from, withRows))
  if (authored.failed) return { outcome: 'authored order failed', orders: 2, authored }
  const phased = second ?? (await executeOrder(shadows, release, phasedOne, from, withRows))
  return phased.failed ? { outcome: 'phased order failed', authored, phased } : { outcome: 'both ran', authored, phased }
}

/** The result of executing one order. The value is undefined if the order failed or was stopped. */
type Ran = RunWithRows | undefined

/**
 * Executes authored order and phased order at the same time, and returns the result of each successful order. If authored order
 * fails, or an order throws an error, the function stops the other order.
 */
async function runBeside(
  shadows: ShadowServerContext,
  release: Release,
  [first, second]: readonly [Order, Order],
  from: ReleaseBoundaryDatabase,
): Promise<readonly [Ran, Ran]> {
  const stop = new AbortController()
  const beside = { ...shadows, signal: AbortSignal.any([shadows.signal, stop.signal]) }
  const targets = [await shadows.server.copy(from.name, first.name), await shadows.server.copy(from.name, second.name)] as const
  const broken: unknown[] = []
  const breakOff = (error: unknown) => {
    broken.push(error)
    stop.abort()
    return undefined
  }
  const authored = runIn(beside, release, first, targets[0], from, withRows).then((run) => {
    if (run.failed) stop.abort()
    return run
  }, breakOff)
  const phased = runIn(beside, release, second, targets[1], from, withRows).catch(breakOff)
  const runs = [await authored, await phased] as const
  if (runs[0]?.failed) return [undefined, undefined]
  if (broken.length > 0) throw broken[0]
  const ran = [complete(runs[0]), complete(runs[1])] as const
  for (const [index, order] of [first, second].entries()) tell(shadows, release, order, ran[index])
  return ran
}

function complete(run: RunWithRows | FailedRun | undefined): Ran {
  return run === undefined || run.failed ? undefined : run
}

/**
 * Executes one order of the release after loading its sample rows. If the database `from` is marked `spare`, the order runs in
 * this database, and otherwise in a copy with the name of the order.
 */
async function executeOrder<R extends CompleteRun>(
  shadows: ShadowServerContext,
  release: Release,
  order: Order,
  from: ReleaseBoundaryDatabase,
  atEnd: AtEnd<R>,
): Promise<R | FailedRun> {
  const { server } = shadows
  const target = from.spare ? await server.target(from.name) : await server.copy(from.name, order.name)
  const run = await runIn(shadows, release, order, target, from, atEnd)
  tell(shadows, release, order, run)
  return run
}

/**
 * Executes the given migrations in phased order, in a database that already contains its rows. The function determines no prices,
 * and does not read the rows at the end.
 */
export function executePhasedOrderOnly(
  shadows: ShadowServerContext,
  release: Release,
  sequence: readonly Migration[],
  from: ReleaseBoundaryDatabase,
) {
  return executeOrder(shadows, { ...release, rows: [] }, { name: 'phased', sequence, prices: false }, from, asItIs)
}

function tell({ emit, dialect }: ShadowServerContext, release: Release, { name, sequence }: Order, run: Executed | undefined): void {
  if (!run) return
  const { elapsedMs } = run
  emit({ type: 'order-executed', release: release.name, dialect: dialect.name, order: name, migrations: sequence.length, elapsedMs })
}

async function runIn<R extends CompleteRun>(
  shadows: ShadowServerContext,
  release: Release,
  { sequence, prices }: Order,
  target: DatabaseConnectionSettings,
  from: ReleaseBoundaryDatabase,
  atEnd: AtEnd<R>,
): Promise<R | FailedRun> {
  const { dialect } = shadows
  const startedMs = shadows.clock.elapsedMs()
  return runWithDatabaseSession(dialect, target, async (session) => {
    for (const rows of release.rows) await executeSqlFile(session, dialect, rows, 'record.rows')
    // The code reads the server's internal ids of the objects again, because the objects of a copied database can have other ids
    // than those of the original.
    const isRead = from.spare && release.rows.length === 0
    const identified = isRead ? from.reading : await dialect.catalog.read(session, 'whole')
    const trace = await executeMigrationsOnShadow({ ...shadows, session }, sequence, { ...identified, state: from.reading.state }, prices)
    const timed = () => Math.round(shadows.clock.elapsedMs() - startedMs)
    if (trace.failed) return { ...trace, elapsedMs: timed() }
    const run = await atEnd({ ...trace, elapsedMs: 0 }, shadows, session)
    return { ...run, elapsedMs: timed() }
  })
}

/**
 * Removes the columns with random or time-dependent values from the rows that the proof compares. If the rows of the two orders
 * differ, the function executes authored order a second time. If the values of a column differ between the two executions of
 * authored order, the function removes and reports the column.
 */
export async function detectAndRemoveNondeterministicColumns(
  shadows: ShadowServerContext,
  release: Release,
  runs: ComparableExecutionsOfOrders,
  from: ReleaseBoundaryDatabase,
) {
  const same = { runs, reported: [] as readonly string[] }
  if (runs.outcome !== 'both ran' || compareTableRows(runs.authored.rows, runs.phased.rows).length === 0) return same
  const once: Order = { name: 'authored', sequence: migrationsInAuthoredOrder(release), prices: false }
  const again = await executeOrder(shadows, release, once, from, withRows)
  // A failed second execution of authored order has no rows to compare, so no column is removed.
  const chance = findNondeterministicColumns(runs.authored.rows, again.failed ? [] : again.rows)
  const steady = (run: RunWithRows) => ({ ...run, rows: removeColumnsFromRows(run.rows, chance) })
  return {
    runs: { ...runs, authored: steady(runs.authored), phased: steady(runs.phased) },
    reported: [...chance].map(
      ([table, columns]) => `table ${table}: ${columns.join(', ')} differ from one execution to the next and were not compared`,
    ),
  }
}
