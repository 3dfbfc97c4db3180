import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { CatalogReading, ScratchServer } from '../../src/dialect/dialect.ts'
import { loadDialect } from '../../src/dialects/open.ts'
import type { SwappedMigrations } from '../../src/proof/flips.ts'
import { compareTableRows } from '../../src/proof/rows.ts'
import { checkSoundness, type SoundnessFinding } from '../../src/proof/soundness.ts'
import type { Migration, Release } from '../../src/release/migration.ts'
import { isSameMigrationOrder, migrationsInAuthoredOrder, migrationsInPhasedOrder } from '../../src/release/order.ts'
import { differences, isSameSchemaState, objectBeforeDifference } from '../../src/schema/difference.ts'
import { formatObjectName } from '../../src/schema/object.ts'
import { runWithDatabaseSession } from '../../src/shadow/boundary.ts'
import { executeMigrationsOnShadow } from '../../src/shadow/execute.ts'
import { readAllTableRows } from '../../src/shadow/rows.ts'
import type { ExecutionTracesOfOrders, ExecutionTraceWithRows, FailedExecutionTrace } from '../../src/state/trace.ts'
import { BASE } from './random-release.ts'

type Ran = ExecutionTraceWithRows | FailedExecutionTrace

/** The results of both orders of a release, and the findings of the proof. */
export interface Fought {
  readonly release: Release
  readonly authored: ExecutionTraceWithRows
  readonly phased: Ran
  readonly findings: readonly SoundnessFinding[]
}

/** A server on which random releases are executed in any order. */
export interface Arena {
  /** Executes a release in both orders. Returns undefined if both orders are the same sequence, or if authored order fails. */
  fight(release: Release): Promise<Fought | undefined>
  /** Whether the order of a swapped pair really causes a finding. Both orders are executed again with only this pair swapped. */
  isReal(fought: Fought, finding: SoundnessFinding, flip: SwappedMigrations): Promise<boolean>
  close(): Promise<void>
}

export async function openArena(url: string): Promise<Arena> {
  const dialect = await loadDialect('postgres')
  const server = await dialect.scratch({ url, cacheDirectory: join(tmpdir(), 'interphase-arena') })
  const start = await runWithDatabaseSession(dialect, await server.create('base'), async (session) => {
    await session.execute(BASE, { file: 'base.sql', line: 1 })
    return dialect.catalog.read(session, 'whole')
  })
  const run = (order: readonly Migration[]) => runOn(server, start, order)
  return {
    fight: async (release) => {
      const orders = [migrationsInAuthoredOrder(release), migrationsInPhasedOrder(release)] as const
      if (isSameMigrationOrder(...orders)) return undefined
      const authored = await run(orders[0])
      if (authored.failed) return undefined
      const phased = await run(orders[1])
      const traces: ExecutionTracesOfOrders = phased.failed
        ? { outcome: 'phased order failed', authored, phased }
        : { outcome: 'both ran', authored, phased }
      return { release, authored, phased, findings: checkSoundness(release, traces).findings }
    },
    isReal: async ({ release, authored, phased }, finding, { first, second }) => {
      const turned = await run(moved(migrationsInAuthoredOrder(release), second, first))
      if (finding.kind === 'does not find') return foundOtherwise(authored, turned, finding)
      return differ(authored, turned) || differ(phased, await run(moved(migrationsInPhasedOrder(release), first, second)))
    },
    close: async () => {
      for (const name of ['base', 'run']) await server.drop(name)
      await server.close()
    },
  }
}

async function runOn(server: ScratchServer, start: CatalogReading, order: readonly Migration[]): Promise<Ran> {
  const dialect = await loadDialect('postgres')
  return runWithDatabaseSession(dialect, await server.copy('base', 'run'), async (session) => {
    const load = () => Promise.reject(new Error('there are no functions here'))
    const executor = { session, dialect, clock: systemClock, load, emit: () => undefined, signal: new AbortController().signal }
    const { identities } = await dialect.catalog.read(session, 'whole')
    const trace = await executeMigrationsOnShadow(executor, order, { ...start, identities })
    return trace.failed ? trace : { ...trace, rows: await readAllTableRows(executor, trace.reading) }
  })
}

/** Returns the order in which `one` comes right before `other`. */
function moved(order: readonly Migration[], one: Migration, other: Migration): readonly Migration[] {
  return order.filter(({ id }) => id !== one.id).flatMap((migration) => (migration.id === other.id ? [one, migration] : [migration]))
}

function differ(a: Ran, b: Ran): boolean {
  if (a.failed || b.failed) return a.failed?.migration.id !== b.failed?.migration.id || a.failed?.problem !== b.failed?.problem
  return !isSameSchemaState(a.end, b.end) || compareTableRows(a.rows, b.rows).length > 0
}

/** Whether the object that the data step misses differs or is missing before the data step when the pair is swapped. */
function foundOtherwise(authored: Ran, turned: Ran, { migration, object }: SoundnessFinding): boolean {
  const [known, now] = [authored, turned].map((trace) => trace.entries.find((entry) => entry.migration.id === migration?.id)?.before)
  if (!known || !now) return true
  return differences(known, now).some((one) => formatObjectName(objectBeforeDifference(one)) === object)
}
