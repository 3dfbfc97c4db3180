import type { CatalogReading } from '../dialect/dialect.ts'
import { isError } from '../error.ts'
import {
  compareRowsWrittenAtTwoPoints,
  keysOfChangedRows,
  listProbeWritePoints,
  type ProbeWritePoint,
  type ProbeWritePointFinding,
  type RowsAfterProbeWrites,
  type WrittenRowKey,
} from '../proof/lasting.ts'
import type { ApplicationVersion } from '../proof/probing.ts'
import { compareTableRows } from '../proof/rows.ts'
import type { Release } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { runWithDatabaseSession } from '../shadow/boundary.ts'
import { executeMigrationsOnShadow } from '../shadow/execute.ts'
import { readAllTableRows } from '../shadow/rows.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import type { ShadowExecutionContext } from '../shadow/watch.ts'
import type { FailedMigrationWithError } from '../state/trace.ts'
import type { FilledShadowDatabase } from './filled-shadow.ts'
import type { ApplicationProbe } from './probe.ts'

/** A release, its schema and rows at the start, and the server on which the rehearsal executes the release. */
interface ReleaseWithWrites {
  readonly shadows: ShadowServerContext
  readonly release: Release
  readonly filled: FilledShadowDatabase
  readonly start: CatalogReading
}

/**
 * The result of comparing the rows that probes wrote at different points of phased order. `findings` contains the differences.
 * `reported` contains sentences about comparisons that were not possible.
 */
export interface ProbeWritePointComparison {
  readonly findings: readonly ProbeWritePointFinding[]
  readonly reported: readonly string[]
}

/**
 * Tests if the application can write its rows at any point of phased order with the same result. The function executes phased order
 * several times. In each execution, the probes of one application version write and commit their rows at another point. Returns a
 * finding for each row whose final values depend on this point.
 */
export async function compareRowsWrittenAtEachPoint(
  writing: ReleaseWithWrites,
  probes: readonly ApplicationProbe[],
): Promise<ProbeWritePointComparison> {
  const compared: ProbeWritePointComparison[] = []
  for (const version of ['old', 'new'] as const) {
    const own = probes.filter((probe) => probe.version === version)
    if (own.length > 0) compared.push(await compareVersion(writing, version, own))
  }
  return { findings: compared.flatMap(({ findings }) => findings), reported: compared.flatMap(({ reported }) => reported) }
}

async function compareVersion(
  writing: ReleaseWithWrites,
  version: ApplicationVersion,
  probes: readonly ApplicationProbe[],
): Promise<ProbeWritePointComparison> {
  const [first, ...later] = listProbeWritePoints(writing.release, version)
  const findings: ProbeWritePointFinding[] = []
  const reported: string[] = []
  if (!first || later.length === 0) return { findings, reported }
  let before = await writtenAt(writing, first, probes)
  for (const point of later) {
    // The rows of two points cannot be compared if an execution stopped before the end of the release, or if the probes wrote no
    // row. The loop then ends.
    if ('stopped' in before || before.keys.length === 0) break
    const after = await writtenAt(writing, point, probes)
    if (!('stopped' in after) && compareTableRows(before.trace.rows, after.trace.rows).length > 0) {
      const again = await writtenAt(writing, before.point, probes)
      if (!('stopped' in again)) findings.push(...compareRowsWrittenAtTwoPoints(version, before, after, again))
    }
    before = after
  }
  return 'stopped' in before ? { findings, reported: [before.stopped] } : { findings, reported }
}

/**
 * The outcome of an execution that stopped before the end of the release, because a migration or a probe failed. `stopped` is a
 * sentence with the reason.
 */
interface Stopped {
  readonly stopped: string
}

async function writtenAt(
  writing: ReleaseWithWrites,
  point: ProbeWritePoint,
  probes: readonly ApplicationProbe[],
): Promise<RowsAfterProbeWrites | Stopped> {
  const { server, dialect } = writing.shadows
  const order = migrationsInPhasedOrder(writing.release)
  return runWithDatabaseSession(dialect, await server.copy(writing.filled.database, 'written'), async (session) => {
    const { identities, remarks } = await dialect.catalog.read(session, 'whole')
    const executor: ShadowExecutionContext = { ...writing.shadows, session }
    const before = await executeMigrationsOnShadow(executor, order.slice(0, point.done), {
      identities,
      remarks,
      state: writing.start.state,
    })
    if (before.failed) return stoppedBy(before.failed, point)
    const keys = await writeAll(executor, probes, before.reading)
    if ('stopped' in keys) return { stopped: `the rows that probes write ${point.name} were not compared: ${keys.stopped}` }
    const after = await executeMigrationsOnShadow(executor, order.slice(point.done), before.reading)
    if (after.failed) return stoppedBy(after.failed, point)
    const entries = [...before.entries, ...after.entries]
    return { point, keys, trace: { entries, end: after.end, rows: await readAllTableRows(executor, after.reading) } }
  })
}

/**
 * Makes the sentence about a migration that failed on the rows that the probes wrote. The failure is no finding, because a target
 * database can avoid it: there, contract waits until the data steps have also processed the rows of the application.
 */
function stoppedBy({ migration, problem }: FailedMigrationWithError, { name }: ProbeWritePoint): Stopped {
  return {
    stopped: `${migration.id} fails on the rows that probes write ${name}: ${problem}. Run the data steps again before it`,
  }
}

/**
 * Executes the probes and commits their changes. Returns the keys of the rows that the probes wrote, or the reason why a probe
 * failed.
 */
async function writeAll(
  executor: ShadowExecutionContext,
  probes: readonly ApplicationProbe[],
  reading: CatalogReading,
): Promise<readonly WrittenRowKey[] | Stopped> {
  const { session } = executor
  const keys: WrittenRowKey[] = []
  let rows = await readAllTableRows(executor, reading)
  for (const { file, statements } of probes) {
    await session.begin()
    try {
      let affected = 0
      for (const { text, at } of statements) affected += (await session.execute(text, at)).affected
      await session.commit(statements.at(-1)?.at)
      if (affected === 0) continue
    } catch (error) {
      if (!session.lost.aborted) await session.rollback()
      if (!isError(error, 'statement.failed')) throw error
      return { stopped: `${file} cannot be committed after the probes before it: ${error.facts.message}` }
    }
    const now = await readAllTableRows(executor, reading)
    keys.push(...keysOfChangedRows(file, rows, now, reading.state))
    rows = now
  }
  return keys
}
