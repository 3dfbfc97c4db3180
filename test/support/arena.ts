import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { Reading, ScratchServer } from '../../src/dialect/dialect.ts'
import { dialectOf } from '../../src/dialects/open.ts'
import type { SwappedPair } from '../../src/proof/flips.ts'
import { compareRows } from '../../src/proof/rows.ts'
import { type SoundnessFinding, soundness } from '../../src/proof/soundness.ts'
import type { Migration, Release } from '../../src/release/migration.ts'
import { authoredOrder, phasedOrder, sameOrder } from '../../src/release/order.ts'
import { differences, sameState, subjectOf } from '../../src/schema/difference.ts'
import { nameOf } from '../../src/schema/object.ts'
import { withSession } from '../../src/shadow/boundary.ts'
import { allRows, executeMigrations } from '../../src/shadow/execute.ts'
import type { Trace } from '../../src/state/trace.ts'
import { BASE } from './random-release.ts'

/** What both orders of a release came to. */
export interface Fought {
  readonly release: Release
  readonly authored: Trace
  readonly phased: Trace
  readonly findings: readonly SoundnessFinding[]
}

/** A server on which random releases are executed in any order, by brute force. */
export interface Arena {
  /** Both orders; undefined where they are one sequence, or the release does not even run as it is written. */
  fight(release: Release): Promise<Fought | undefined>
  /** Does it matter which of the two comes first? Both orders are run again with that pair alone turned round. */
  isReal(fought: Fought, finding: SoundnessFinding, flip: SwappedPair): Promise<boolean>
  close(): Promise<void>
}

export async function openArena(url: string): Promise<Arena> {
  const dialect = await dialectOf('postgres')
  const server = await dialect.scratch({ url, cacheDirectory: join(tmpdir(), 'interphase-arena') })
  const start = await withSession(dialect, await server.create('base'), async (session) => {
    await session.execute(BASE, { file: 'base.sql', line: 1 })
    return dialect.catalog.read(session, 'whole')
  })
  const run = (order: readonly Migration[]) => runOn(server, start, order)
  return {
    fight: async (release) => {
      const orders = [authoredOrder(release), phasedOrder(release)] as const
      if (sameOrder(...orders)) return undefined
      const authored = await run(orders[0])
      if (authored.failed) return undefined
      const phased = await run(orders[1])
      return { release, authored, phased, findings: soundness(release, authored, phased).findings }
    },
    isReal: async ({ release, authored, phased }, finding, { first, second }) => {
      const turned = await run(moved(authoredOrder(release), second, first))
      if (finding.kind === 'does not find') return foundOtherwise(authored, turned, finding)
      return differ(authored, turned) || differ(phased, await run(moved(phasedOrder(release), first, second)))
    },
    close: async () => {
      for (const name of ['base', 'run']) await server.drop(name)
      await server.close()
    },
  }
}

async function runOn(server: ScratchServer, start: Reading, order: readonly Migration[]): Promise<Trace> {
  const dialect = await dialectOf('postgres')
  return withSession(dialect, await server.copy('base', 'run'), async (session) => {
    const load = () => Promise.reject(new Error('there are no functions here'))
    const executor = { session, dialect, clock: systemClock, load, emit: () => undefined, signal: new AbortController().signal }
    const { identities } = await dialect.catalog.read(session, 'whole')
    const trace = await executeMigrations(executor, order, { ...start, identities })
    return { ...trace, rows: trace.failed ? [] : await allRows(executor, trace.reading) }
  })
}

/** The order in which `one` comes right before `other`. */
function moved(order: readonly Migration[], one: Migration, other: Migration): readonly Migration[] {
  return order.filter(({ id }) => id !== one.id).flatMap((migration) => (migration.id === other.id ? [one, migration] : [migration]))
}

function differ(a: Trace, b: Trace): boolean {
  if (a.failed || b.failed) return a.failed?.migration.id !== b.failed?.migration.id || a.failed?.problem !== b.failed?.problem
  return !sameState(a.end, b.end) || compareRows(a.rows, b.rows).length > 0
}

/** Is the object that the data step misses another one, or gone, once the pair is turned round? */
function foundOtherwise(authored: Trace, turned: Trace, { migration, object }: SoundnessFinding): boolean {
  const [known, now] = [authored, turned].map((trace) => trace.entries.find((entry) => entry.migration.id === migration?.id)?.before)
  if (!known || !now) return true
  return differences(known, now).some((one) => nameOf(subjectOf(one)) === object)
}
