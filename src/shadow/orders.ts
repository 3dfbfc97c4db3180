import type { Reading, Target } from '../dialect/dialect.ts'
import { compareRows, unsteadyColumns, withoutColumns } from '../proof/rows.ts'
import type { Migration, Release } from '../release/migration.ts'
import { authoredOrder, phasedOrder, sameOrder } from '../release/order.ts'
import type { TableRows, Trace } from '../state/trace.ts'
import { type Boundary, onDatabase, runScript } from './boundary.ts'
import { allRows, execute } from './execute.ts'
import type { ShadowServer } from './shadow-server.ts'

export type Run = Trace & { readonly reading: Reading; readonly elapsedMs: number }

/** What the two orders of a release did. */
export interface Orders {
  readonly authored: Run
  /** Missing where authored order failed. */
  readonly phased: Run | undefined
  /** Both orders are the same, and were executed once. */
  readonly once: boolean
}

interface Wants {
  readonly rows: boolean
  readonly prices: boolean
}

/** One order of a release. */
interface Order {
  readonly name: 'authored' | 'phased'
  readonly sequence: readonly Migration[]
  readonly wants: Wants
}

/**
 * Executes a release in authored and in phased order side by side, each in a copy of the boundary named after the order. A
 * migration that fails beside the other order counts only when it fails alone too: what belongs to the whole server, a role
 * say, both may have reached for at once.
 */
export async function runOrders(shadows: ShadowServer, release: Release, from: Boundary, prices: boolean): Promise<Orders> {
  const [authoredSequence, phasedSequence] = [authoredOrder(release), phasedOrder(release)]
  const once = sameOrder(authoredSequence, phasedSequence)
  const authoredOne: Order = { name: 'authored', sequence: authoredSequence, wants: { rows: !once, prices: once && prices } }
  if (once) {
    const run = await runOrder(shadows, release, authoredOne, from)
    return { authored: run, phased: run.failed ? undefined : run, once }
  }
  const phasedOne: Order = { name: 'phased', sequence: phasedSequence, wants: { rows: true, prices } }
  const [first, second] = await runBeside(shadows, release, [authoredOne, phasedOne], from)
  const authored = first ?? (await runOrder(shadows, release, authoredOne, from))
  if (authored.failed) return { authored, phased: undefined, once }
  const phased = second ?? (await runOrder(shadows, release, phasedOne, from))
  return { authored, phased, once }
}

/** Missing where the order failed or was stopped. */
type Ran = Run | undefined

/** Gives those that ran to their end. When authored order fails, or either breaks off, the other is stopped too. */
async function runBeside(
  shadows: ShadowServer,
  release: Release,
  [first, second]: readonly [Order, Order],
  from: Boundary,
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
 * One order of the release, with the release's sample rows: in a fresh copy of the boundary named after the order, or in the
 * boundary's own database where that is spare.
 */
export async function runOrder(shadows: ShadowServer, release: Release, order: Order, from: Boundary): Promise<Run> {
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

async function runIn(shadows: ShadowServer, release: Release, { sequence, wants }: Order, target: Target, from: Boundary): Promise<Run> {
  const { dialect } = shadows
  const startedMs = shadows.clock.elapsedMs()
  return onDatabase(dialect, target, async (session) => {
    for (const rows of release.rows) await runScript(session, dialect, rows, 'record.rows')
    // Identities are those of this copy: a copied database may number its objects anew.
    const isRead = from.spare && release.rows.length === 0
    const identified = isRead ? from.reading : await dialect.catalog.read(session, 'whole')
    const trace = await execute({ ...shadows, session }, sequence, { ...identified, state: from.reading.state }, wants.prices)
    const rows = wants.rows && !trace.failed ? await allRows({ ...shadows, session }, trace.reading) : []
    return { ...trace, rows, elapsedMs: Math.round(shadows.clock.elapsedMs() - startedMs) }
  })
}

/**
 * Values that come from a clock or from chance differ between any two executions. Where the orders seem to differ in rows,
 * authored order is run once more: columns in which it differs from itself are left out, and said.
 */
export async function leaveOutChance(shadows: ShadowServer, release: Release, authored: Run, phased: Run, from: Boundary) {
  const same = { authored, phased, reported: [] as readonly string[] }
  if (authored === phased || phased.failed || compareRows(authored.rows, phased.rows).length === 0) return same
  const once: Order = { name: 'authored', sequence: authoredOrder(release), wants: { rows: true, prices: false } }
  const again = await runOrder(shadows, release, once, from)
  const chance = unsteadyColumns(authored.rows, again.rows)
  const steady = (rows: readonly TableRows[]) => withoutColumns(rows, chance)
  return {
    authored: { ...authored, rows: steady(authored.rows) },
    phased: { ...phased, rows: steady(phased.rows) },
    reported: [...chance].map(
      ([table, columns]) => `table ${table}: ${columns.join(', ')} differ from one execution to the next and were not compared`,
    ),
  }
}
