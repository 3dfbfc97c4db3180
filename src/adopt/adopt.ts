import { InterphaseError, isError } from '../error.ts'
import { pendingRows } from '../gate/pending.ts'
import { underLease } from '../ledger/access.ts'
import { readHistory } from '../ledger/read.ts'
import { pendingOf } from '../project/modules.ts'
import { type PlannedRelease, readPlannedReleases } from '../project/recorded.ts'
import type { MigrationId } from '../release/migration.ts'
import { phasedOrder, runOrder } from '../release/order.ts'
import { type ConnectedProject, leniencyAt, remarkOnTexts } from '../run/connected-project.ts'
import { neighboursOf, schemasRead } from '../run/neighbours.ts'
import { describeAll, describeMismatch } from '../schema/describe.ts'
import type { Difference } from '../schema/difference.ts'
import { type Leniency, mismatches } from '../schema/mismatch.ts'
import type { Neighbour } from '../schema/neighbour.ts'
import type { ObjectId } from '../schema/object.ts'
import { EMPTY, objectsOf, type State } from '../schema/state.ts'

/** A place in the chain that a live schema was found to equal: everything up to `through` counts as done. */
export interface Match {
  readonly release: string
  readonly through: MigrationId
  readonly done: readonly MigrationId[]
  /** What counts as the default of the database besides its own, where it was restored from another. */
  readonly collation?: string
}

interface AdoptionPoint extends Match {
  readonly state: State
  /** The migration reads or writes rows and leaves the schema as it is: by the schema it cannot be told whether it has run. */
  readonly unseen: boolean
}

/**
 * Finds the one place in the chain whose planned state the live schema equals, or sees whether it is at the one that `at`
 * names. Names that a server generated are not compared: a dump that was loaded elsewhere has others. Throws
 * `adopt.no-match` with the nearest state's differences, or `adopt.ambiguous` when only a person knows which one it is.
 */
export function findMatch(live: State, releases: readonly PlannedRelease[], leniency: Leniency, at: string | undefined): Match {
  const places = placesOf(releases)
  const differing = (place: AdoptionPoint) => mismatches(place.state, live, { ...leniency, compareGeneratedNames: false })
  const looked = at === undefined ? places : [placeAt(places, at)]
  const exact = looked.filter((place) => differing(place).length === 0)
  // Somebody may have made beforehand what a later release makes, such as an extension.
  const { ours: _, ...asElsewhere } = leniency
  const equal =
    exact.length > 0
      ? exact
      : looked.filter((place) => mismatches(place.state, live, { ...asElsewhere, compareGeneratedNames: false }).length === 0)
  const [first] = equal
  if (!first) throw noMatch(looked, differing)
  if (!isOnePlace(equal, looked)) {
    throw new InterphaseError('adopt.ambiguous', { states: equal.map((place) => `after ${place.through}`) })
  }
  return first
}

/**
 * A database that was restored from a dump has the collations of the one before, and a default of its own: where nothing equals
 * it, one collation that its tables have is taken for the default that their scripts were run under.
 */
function findMatchIn(live: State, releases: readonly PlannedRelease[], leniency: Leniency, at: string | undefined): Match {
  const attempt = (collation: string): Match | undefined => {
    try {
      return { ...findMatch(live, releases, { ...leniency, collations: new Set([collation]) }, at), collation }
    } catch (error) {
      if (isError(error, 'adopt.no-match')) return undefined
      throw error
    }
  }
  try {
    return findMatch(live, releases, leniency, at)
  } catch (error) {
    if (!isError(error, 'adopt.no-match')) throw error
    for (const collation of foreignCollations(live)) {
      const match = attempt(collation)
      if (match) return match
    }
    throw error
  }
}

function foreignCollations(live: State): ReadonlySet<string> {
  const tables = [...objectsOf(live)].filter((object) => object.kind === 'table')
  return new Set(tables.flatMap(({ collation, ofDatabase }) => (collation === undefined || ofDatabase ? [] : [collation])))
}

/** Every planned state of the chain, in the order in which a run passes them. */
function placesOf(releases: readonly PlannedRelease[]): readonly AdoptionPoint[] {
  const done: MigrationId[] = []
  return releases.flatMap((planned) =>
    planned.positions().map(({ migration, after }): AdoptionPoint => {
      done.push(migration.id)
      const unseen = (migration.wrote || migration.footprint.length > 0) && migration.phased.every((step) => step.length === 0)
      return { release: planned.release.name, through: migration.id, done: [...done], state: after, unseen }
    }),
  )
}

/** The place after this migration, or at the end of this release. */
function placeAt(places: readonly AdoptionPoint[], at: string): AdoptionPoint {
  const place = places.findLast(({ through, release }) => through === at || release === at)
  if (place) return place
  throw new InterphaseError('state.unknown', { id: at, known: places.map(({ through }) => through) })
}

/** Migrations without a trace and without a touch make no difference; a data step, or a way there and back, does. */
function isOnePlace(equal: readonly AdoptionPoint[], places: readonly AdoptionPoint[]): boolean {
  const from = places.findIndex((place) => place === equal[0])
  return equal.every((place, index) => index === 0 || (place === places[from + index] && !place.unseen))
}

function noMatch(places: readonly AdoptionPoint[], differing: (place: AdoptionPoint) => readonly Difference[]): InterphaseError {
  const compared = places.map((place) => ({ place, differences: differing(place) }))
  const nearest = compared.toSorted((a, b) => a.differences.length - b.differences.length)[0]
  const lines = describeAll(nearest?.differences ?? [], (one) => describeMismatch(one, { before: 'recorded', after: 'found' }))
  return new InterphaseError('adopt.no-match', {
    differences: lines,
    extra: (nearest?.differences ?? []).flatMap((one) => (one.kind === 'added' && one.object.kind === 'table' ? [one.object.name] : [])),
    nearest: nearest ? `the state after ${nearest.place.through}` : 'an empty chain',
  })
}

export interface Adopted extends Match {
  /** What is in the database and not the project's. */
  readonly neighbours: readonly Neighbour[]
}

/** Writes the ledger of a database that equals a recorded state, so that the chain goes on from there. Nothing else is changed. */
export async function adopt(connected: ConnectedProject, at: string | undefined): Promise<Adopted> {
  const { session, clock } = connected
  await refuseAdopted(connected)
  const match = await matchLive(connected, at)
  await refuseDataLeft(connected, match)
  const migrations = new Map(runOrder(connected.chain).map((migration) => [migration.id, migration]))
  await underLease(connected, 0, async ({ ledger }) => {
    // Another run may have begun before the lock was ours.
    await refuseAdopted(connected)
    await session.begin()
    try {
      for (const id of match.done) {
        const migration = migrations.get(id)
        if (migration) await ledger.done(migration, { plan: '', policy: '', how: 'adopted' }, clock.now(), 0, 0)
      }
      if (match.collation !== undefined) await ledger.note('collation', match.collation, 'the default of the database it comes from')
      await ledger.note(
        'adopted',
        match.through,
        `the schema equals the recorded state after it; ${match.done.length} migrations count as done`,
      )
      await session.commit()
    } catch (error) {
      await session.rollback()
      throw error
    }
  })
  return match
}

async function refuseAdopted({ session, dialect, config: { project } }: ConnectedProject): Promise<void> {
  const known = await readHistory(session, dialect, project)
  const last = known?.applied.at(-1)
  if (last) throw new InterphaseError('adopt.already', { project, release: last.release })
}

/** A data step counts as done only where its own query agrees. After its contract, that query may ask for what is gone. */
async function refuseDataLeft({ session, dialect, chain }: ConnectedProject, { release, done }: Match): Promise<void> {
  const migrations = chain.releases.filter(({ name }) => name === release).flatMap(phasedOrder)
  const counted = migrations.filter(({ id }) => done.includes(id))
  if (counted.some(({ phase }) => phase === 'contract')) return
  const left = new Map<MigrationId, bigint>()
  for (const migration of counted) {
    const pending = await pendingOf(migration)
    const rows = pending ? await pendingRows(session, dialect.files, pending.query) : 0n
    if (rows > 0n) left.set(migration.id, rows)
  }
  const [first] = left.keys()
  if (first === undefined) return
  const before = done[done.indexOf(first) - 1]
  const lines = [...left].map(([id, rows]) => `${id}: ${rows}`)
  throw new InterphaseError('adopt.data-left', { left: lines, ...(before !== undefined && { before }) })
}

async function matchLive(connected: ConnectedProject, at: string | undefined): Promise<Adopted> {
  const { session, dialect, config, chain } = connected
  const chart = await readPlannedReleases(config.root, chain)
  const [problem] = chart.problems
  if (problem) throw problem
  const lenient = await leniencyAt(connected, chart.releases.at(-1)?.recorded.server)
  const leniency = { ...lenient, ours: everMade(chart.releases) }
  const ends = chart.releases.flatMap(({ start, positions }) => [start, ...positions().map(({ after }) => after)])
  const schemas = schemasRead(ends, leniency)
  const { state } = await dialect.catalog.read(session, 'whole', { schemas })
  if (mismatches(chart.releases[0]?.start ?? EMPTY, state, lenient).length === 0)
    throw new InterphaseError('adopt.empty', { where: session.where })
  const last = chart.releases.at(-1)
  if (last) remarkOnTexts(connected, last.recorded.server, last.end)
  const match = findMatchIn(state, chart.releases, leniency, at)
  const expected = placesOf(chart.releases).find(({ through }) => through === match.through)?.state ?? EMPTY
  return { ...match, neighbours: await neighboursOf(connected, schemas, { expected, found: state, leniency }) }
}

/** What any state of the chain has: where the database has it too, it came from the chain, at a later place. */
function everMade(releases: readonly PlannedRelease[]): ReadonlySet<ObjectId> {
  const states = releases.flatMap(({ start, positions }) => [start, ...positions().map(({ after }) => after)])
  const ids = new Set<ObjectId>()
  for (const group of new Set(states.flatMap((state) => [...state.groups.values()]))) for (const id of group.keys()) ids.add(id)
  return ids
}
