import type { CatalogReading, DatabaseAddress } from '../dialect/dialect.ts'
import { compareTableRows, findUnsteadyColumns, removeColumnsFromRows } from '../proof/rows.ts'
import type { Migration, Release } from '../release/migration.ts'
import { isSameMigrationOrder, migrationsInAuthoredOrder, migrationsInPhasedOrder } from '../release/order.ts'
import type { ExecutionTrace, RowsOfTable } from '../state/trace.ts'
import { executeSqlFile, type ReleaseBoundary, runWithSession } from './boundary.ts'
import { executeMigrationsOnShadow, readAllTableRows } from './execute.ts'
import type { ShadowServer } from './shadow-server.ts'

export type ExecutedOrder = ExecutionTrace & { readonly reading: CatalogReading; readonly elapsedMs: number }

/** The results of executing a release in both orders. */
export interface ExecutedOrders {
  readonly authored: ExecutedOrder
  /** The result of phased order. Undefined when authored order failed, because phased order is then not executed to its end. */
  readonly phased: ExecutedOrder | undefined
  /** True when both orders are the same sequence of migrations. The release was then executed only once. */
  readonly once: boolean
}

interface Wants {
  readonly rows: boolean
  readonly prices: boolean
}

/** An order to execute, and the data to collect from it. */
interface Order {
  readonly name: 'authored' | 'phased'
  readonly sequence: readonly Migration[]
  readonly wants: Wants
}

/**
 * Executes a release in authored and in phased order at the same time, each in a copy of the database `from`. The name of the copy is
 * the name of the order. An order that fails is executed again alone, and only the second failure counts: the two orders may have
 * conflicted over an object of the whole server, such as a role.
 */
export async function executeBothOrders(
  shadows: ShadowServer,
  release: Release,
  from: ReleaseBoundary,
  prices: boolean,
): Promise<ExecutedOrders> {
  const [authoredSequence, phasedSequence] = [migrationsInAuthoredOrder(release), migrationsInPhasedOrder(release)]
  const once = isSameMigrationOrder(authoredSequence, phasedSequence)
  const authoredOne: Order = { name: 'authored', sequence: authoredSequence, wants: { rows: !once, prices: once && prices } }
  if (once) {
    const run = await executeSingleOrder(shadows, release, authoredOne, from)
    return { authored: run, phased: run.failed ? undefined : run, once }
  }
  const phasedOne: Order = { name: 'phased', sequence: phasedSequence, wants: { rows: true, prices } }
  const [first, second] = await runBeside(shadows, release, [authoredOne, phasedOne], from)
  const authored = first ?? (await executeSingleOrder(shadows, release, authoredOne, from))
  if (authored.failed) return { authored, phased: undefined, once }
  const phased = second ?? (await executeSingleOrder(shadows, release, phasedOne, from))
  return { authored, phased, once }
}

/** The result of an order. Undefined when the order failed or was stopped. */
type Ran = ExecutedOrder | undefined

/**
 * Executes both orders at the same time and returns the successful ones. If authored order fails, or an order throws, the other order
 * is stopped.
 */
async function runBeside(
  shadows: ShadowServer,
  release: Release,
  [first, second]: readonly [Order, Order],
  from: ReleaseBoundary,
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
  const authored = runIn(beside, release, first, targets[0], from).then((run) => {
    if (run.failed) stop.abort()
    return run
  }, breakOff)
  const phased = runIn(beside, release, second, targets[1], from).catch(breakOff)
  const runs = [await authored, await phased] as const
  if (runs[0]?.failed) return [undefined, undefined]
  if (broken.length > 0) throw broken[0]
  const ran = [runs[0], runs[1]?.failed ? undefined : runs[1]] as const
  for (const [index, order] of [first, second].entries()) tell(shadows, release, order, ran[index])
  return ran
}

/**
 * Executes one order of the release, after its sample rows are loaded. The execution uses the database `from` itself when `from` is
 * spare, and otherwise a copy that has the name of the order.
 */
export async function executeSingleOrder(
  shadows: ShadowServer,
  release: Release,
  order: Order,
  from: ReleaseBoundary,
): Promise<ExecutedOrder> {
  const { server } = shadows
  const target = from.spare ? await server.target(from.name) : await server.copy(from.name, order.name)
  const run = await runIn(shadows, release, order, target, from)
  tell(shadows, release, order, run)
  return run
}

function tell({ emit, dialect }: ShadowServer, release: Release, { name, sequence }: Order, run: Ran): void {
  if (!run) return
  const { elapsedMs } = run
  emit({ type: 'order-executed', release: release.name, dialect: dialect.name, order: name, migrations: sequence.length, elapsedMs })
}

async function runIn(
  shadows: ShadowServer,
  release: Release,
  { sequence, wants }: Order,
  target: DatabaseAddress,
  from: ReleaseBoundary,
): Promise<ExecutedOrder> {
  const { dialect } = shadows
  const startedMs = shadows.clock.elapsedMs()
  return runWithSession(dialect, target, async (session) => {
    for (const rows of release.rows) await executeSqlFile(session, dialect, rows, 'record.rows')
    // The internal ids are read in this copy, because a copied database may give its objects other numbers.
    const isRead = from.spare && release.rows.length === 0
    const identified = isRead ? from.reading : await dialect.catalog.read(session, 'whole')
    const trace = await executeMigrationsOnShadow(
      { ...shadows, session },
      sequence,
      { ...identified, state: from.reading.state },
      wants.prices,
    )
    const rows = wants.rows && !trace.failed ? await readAllTableRows({ ...shadows, session }, trace.reading) : []
    return { ...trace, rows, elapsedMs: Math.round(shadows.clock.elapsedMs() - startedMs) }
  })
}

/**
 * Removes the columns with random or time-dependent values from the comparison of rows. If the rows of the orders differ, authored
 * order is executed a second time. A column that differs between these two executions is left out and reported.
 */
export async function removeRandomColumns(
  shadows: ShadowServer,
  release: Release,
  authored: ExecutedOrder,
  phased: ExecutedOrder,
  from: ReleaseBoundary,
) {
  const same = { authored, phased, reported: [] as readonly string[] }
  if (authored === phased || phased.failed || compareTableRows(authored.rows, phased.rows).length === 0) return same
  const once: Order = { name: 'authored', sequence: migrationsInAuthoredOrder(release), wants: { rows: true, prices: false } }
  const again = await executeSingleOrder(shadows, release, once, from)
  const chance = findUnsteadyColumns(authored.rows, again.rows)
  const steady = (rows: readonly RowsOfTable[]) => removeColumnsFromRows(rows, chance)
  return {
    authored: { ...authored, rows: steady(authored.rows) },
    phased: { ...phased, rows: steady(phased.rows) },
    reported: [...chance].map(
      ([table, columns]) => `table ${table}: ${columns.join(', ')} differ from one execution to the next and were not compared`,
    ),
  }
}
