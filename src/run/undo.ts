import { InterphaseError } from '../error.ts'
import { type ComingStep, comingSteps } from '../gate/coming.ts'
import { askGates, type Consent, observerOn } from '../gate/gate.ts'
import { readHistory } from '../ledger/read.ts'
import { type Tenure, underLease } from '../ledger/tenure.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { Migration, MigrationId } from '../release/migration.ts'
import { tableGroup } from '../schema/object.ts'
import type { State } from '../schema/state.ts'
import { type Lookout, lookoutOn } from '../work/lookout.ts'
import { cancellable, stopIfAsked } from '../work/stop.ts'
import type { Work } from '../work/work.ts'
import { lookAhead } from './ahead.ts'
import { apply, type Bench } from './apply.ts'
import { benchOn } from './bench.ts'
import { type Entry, entryToUndo } from './entry.ts'
import { runLoop } from './loop.ts'
import { resume } from './resume.ts'
import type { Site } from './site.ts'
import { type Turn, type Way, wayBack } from './way-back.ts'

export interface UndoWish {
  /** The release to take back; the one at work when absent. */
  readonly release?: string
  /** What it destroys may go. */
  readonly confirmed: Consent
  /** Only say what would be done. */
  readonly dryRun: boolean
  /** How long to wait for another run to end. */
  readonly waitMs: number
}

export interface Undone {
  /** Absent where nothing was there to take back. */
  readonly release?: string
  /** In the order in which they were taken back; `file` is what did it, and without one the row alone went. */
  readonly migrations: readonly { readonly migration: MigrationId; readonly file?: string }[]
  /** Tables and columns that had something in them, with how much. */
  readonly destroys: readonly string[]
}

/** Takes a release back, migration by migration in reverse phased order, as far as the policies of its phases let it. */
export async function takeBack(site: Site, wish: UndoWish): Promise<Undone> {
  if (wish.dryRun) return preview(site, wish)
  const lookout = lookoutOn(site.dialect, site.target, site.clock)
  try {
    return await underLease(site, wish.waitMs, (tenure) => run(site, wish, tenure, lookout))
  } finally {
    await lookout.close()
  }
}

async function preview(site: Site, wish: UndoWish): Promise<Undone> {
  const way = await wayBack(site, wish.release, await readHistory(site.session, site.dialect, site.config.project))
  if (!way) return NOTHING
  const { destroys } = await ask(site, way, way.turns.filter(isWhole), true)
  return told(way, destroys)
}

const NOTHING: Undone = { migrations: [], destroys: [] }

function told({ charted, turns }: Way, destroys: readonly string[]): Undone {
  const migrations = turns.map(({ migration, work }) => ({ migration: migration.id, ...(work && { file: work.migration.file }) }))
  return { release: charted.release.name, migrations, destroys }
}

/** One way back that is being gone. */
interface Walk extends Way {
  readonly site: Site
  readonly wish: UndoWish
  readonly tenure: Tenure
  readonly release: string
  /** Aborts when the run is to stop, or the session is lost. */
  readonly signal: AbortSignal
  /** The bench on which a migration of that phase is taken back. */
  readonly benchFor: (phase: PhaseName) => Bench
}

async function run(site: Site, wish: UndoWish, tenure: Tenure, lookout: Lookout): Promise<Undone> {
  const way = await wayBack(site, wish.release, tenure.history)
  if (!way) return NOTHING
  const { charted, turns } = way
  const release = charted.release.name
  const signal = AbortSignal.any([site.signal, tenure.lease.signal])
  const benches = new Map<PhaseName, Bench>()
  const benchFor = (phase: PhaseName) => {
    const bench = benches.get(phase) ?? benchOn(site, tenure, lookout, charted, site.policies[phase])
    benches.set(phase, bench)
    return bench
  }
  const walk: Walk = { ...way, site, wish, tenure, release, signal, benchFor }
  const startedMs = site.clock.elapsedMs()
  for (const phase of new Set(turns.map(({ migration }) => migration.phase))) await benchFor(phase).fence.raise()
  for (const turn of turns) await goOn(walk, turn)
  const left = turns.filter(isWhole)
  await guardWhole(walk, stateNow(way, left), `before ${release} is taken back`)
  for (const { migration, work, undone } of left) if (work) await lookAhead(benchFor(migration.phase), [[work, undone]])
  const destroys = await openGates(walk, left)
  site.emit({ type: 'undo-started', release, migrations: turns.length })
  const gone = new Set<MigrationId>()
  const loop = left.map((turn, index) => ({
    id: turn.migration.id,
    run: async () => {
      await takeOneBack(walk, turn, index, left.length)
      gone.add(turn.migration.id)
    },
  }))
  await runLoop(loop, (id) => gone.has(id))
  await guardWhole(walk, charted.start, `after ${release} was taken back`)
  await tenure.ledger.claim(charted.start.groups.keys())
  site.emit({ type: 'undo-done', release, migrations: turns.length, elapsedMs: Math.round(site.clock.elapsedMs() - startedMs) })
  return told(way, destroys)
}

function isWhole({ applied }: Turn): boolean {
  return applied.run.state === 'done'
}

/** A run before this one was cut off in the middle of it: until it is through, the schema is no planned state. */
async function goOn(walk: Walk, { migration, applied, work, undone }: Turn): Promise<void> {
  const { run } = applied
  if (run.state !== 'undoing') return
  const bench = walk.benchFor(migration.phase)
  if (!work) throw new InterphaseError('undo.missing', { release: walk.release, missing: [migration.file] })
  await bench.session.limit(bench.limits)
  await resume(bench, walk.site.dialect.processes, work, entryOf(bench, work), undone, run)
}

function entryOf({ ledger, session }: Bench, { migration }: Work): Entry {
  return entryToUndo(ledger, session, migration, `taken back by ${migration.file}`)
}

/** The schema before the first of these is taken back. */
function stateNow({ charted }: Way, [first]: readonly Turn[]): State {
  return first?.position.after ?? charted.start
}

/** Whoever looks at everything behind somebody's lock is to say so, not to wait for good. */
async function guardWhole({ turns, signal, benchFor }: Walk, expected: State, at: string): Promise<void> {
  const [first] = turns
  if (!first) return
  const { session, limits, guard } = benchFor(first.migration.phase)
  await session.limit({ lockTimeoutMs: limits.lockTimeoutMs ?? 0 })
  stopIfAsked(signal, at)
  await guard.whole(expected, at)
}

/** Counts what goes and what would be rejected before anything is changed. Gives what goes, which somebody has agreed to. */
async function openGates(walk: Walk, left: readonly Turn[]): Promise<readonly string[]> {
  const { site, wish, tenure, release, signal } = walk
  const at = `the gates of undo of ${release}`
  stopIfAsked(signal, at)
  const asking = () => ask(site, walk, left, wish.confirmed)
  const { violations, destroys, agreed } = await cancellable(site.session, signal, at, asking)
  const about = { phase: 'undo', release }
  if (violations.length > 0) throw new InterphaseError('phase.preconditions', { ...about, violations })
  if (!agreed) throw new InterphaseError('phase.unconfirmed', { ...about, destroys, command: 'interphase undo --yes' })
  if (destroys.length === 0) return destroys
  site.emit({ type: 'destroys', ...about, what: destroys })
  await tenure.ledger.note('confirmed', `undo of ${release}`, `may destroy ${destroys.join(', ')}`)
  return destroys
}

async function ask(site: Site, way: Way, left: readonly Turn[], confirmed: Consent) {
  const [rejected, going] = await askGates(['preconditions-hold', 'destruction-confirmed'], {
    observer: observerOn(site.session, site.dialect.files),
    unfinished: [],
    dataSteps: [],
    steps: left.flatMap((turn) => (turn.undone ? comingSteps(turn.undone.migration) : notPutBack(turn, way.charted.start))),
    now: stateNow(way, left),
    confirmed,
  })
  return { violations: rejected?.evidence ?? [], destroys: going?.evidence ?? [], agreed: going?.state === 'open' }
}

/** A data step without an undo: what it made of rows that were there before the release stays so. */
function notPutBack({ migration, position }: Turn, start: State): readonly ComingStep[] {
  const rewrites = `changed by ${migration.id} and not put back`
  const writes = position.migration.writes.flatMap(({ table, columns }) => {
    const known = start.groups.get(tableGroup(table))
    const old = columns?.filter((column) => known?.has(`column:${table}.${column}`))
    return known && old?.length !== 0 ? [{ table, rewrites, ...(old && { columns: old }) }] : []
  })
  return writes.length === 0 ? [] : [{ migration: migration.id, step: 0, differences: [], writes }]
}

async function takeOneBack({ site, benchFor }: Walk, turn: Turn, index: number, of: number): Promise<void> {
  const { migration, work, undone } = turn
  const bench = benchFor(migration.phase)
  const startedMs = site.clock.elapsedMs()
  stopIfAsked(bench.signal, migration.id)
  site.emit({ type: 'migration-started', migration: migration.id, index, of, path: work?.path ?? 'together' })
  await bench.session.limit(bench.limits)
  const affected = work ? await apply(bench, work, entryOf(bench, work), { position: undone }) : await forget(bench, migration)
  const elapsedMs = Math.round(site.clock.elapsedMs() - startedMs)
  site.emit({ type: 'migration-done', migration: migration.id, index, of, affected, elapsedMs })
}

/** It changed no schema and has no undo: what it did to rows stays, or goes with the columns it wrote. */
async function forget({ ledger, session }: Bench, migration: Migration): Promise<number> {
  await entryToUndo(ledger, session, migration, 'forgotten; it has no undo, and its rows stay as they are').finishAlone()
  return 0
}
