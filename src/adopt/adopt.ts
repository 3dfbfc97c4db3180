import { InterphaseError, isError } from '../error.ts'
import { countPendingRows } from '../gate/pending.ts'
import { runUnderProjectLock } from '../ledger/access.ts'
import { publishReleasesIfAllowed } from '../ledger/fleet.ts'
import { readLedgerHistory } from '../ledger/read.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { pendingQueryOf } from '../project/modules.ts'
import { type ReleaseWithStates, readReleasesWithStates } from '../project/recorded.ts'
import type { MigrationId } from '../release/migration.ts'
import { migrationsInPhasedOrder, migrationsInRunOrder } from '../release/order.ts'
import { addOtherProjects, type ConnectedProject, determineLeniency, remarkOnUncomparedTexts } from '../run/connected-project.ts'
import { listNeighbours, schemasToReadFromDatabase } from '../run/neighbours.ts'
import { describeDifferences, describeMismatch } from '../schema/describe.ts'
import type { Difference } from '../schema/difference.ts'
import { type ComparisonLeniency, findSchemaMismatches } from '../schema/mismatch.ts'
import type { NeighbourObject } from '../schema/neighbour.ts'
import type { SchemaObjectId } from '../schema/object.ts'
import { EMPTY_SCHEMA_STATE, objectsOfState, type SchemaState } from '../schema/state.ts'
import { findPointInOldLedger } from './sequelize/old-ledger.ts'

/**
 * The match that `interphase adopt` found: a point of the release chain whose planned schema equals the live schema. Every migration
 * up to and including `through` counts as done.
 */
export interface AdoptionMatch {
  readonly release: string
  readonly through: MigrationId
  readonly done: readonly MigrationId[]
  /**
   * The collation that was the default of the original database. Present if the live database was restored from a dump of it and has
   * another default.
   */
  readonly collation?: string
}

interface AdoptionPoint extends AdoptionMatch {
  readonly state: SchemaState
  /**
   * True when the migration reads or writes rows and does not change the schema. Such a migration leaves no trace in the schema, so
   * `adoptDatabase` cannot see whether it has run.
   */
  readonly unseen: boolean
}

/**
 * Finds the point of the release chain whose planned schema equals the live schema. If `at` names a point, only that point is
 * compared. Names that a server generated are not compared, because a restored dump has other ones. Throws `adopt.no-match` with the
 * differences from the nearest point, or `adopt.ambiguous` when several points match.
 */
export function findAdoptionMatch(
  live: SchemaState,
  releases: readonly ReleaseWithStates[],
  leniency: ComparisonLeniency,
  at: string | undefined,
): AdoptionMatch {
  const places = placesOf(releases)
  const differing = (place: AdoptionPoint) => findSchemaMismatches(place.state, live, { ...leniency, compareGeneratedNames: false })
  const looked = at === undefined ? places : [placeAt(places, at)]
  const exact = looked.filter((place) => differing(place).length === 0)
  // Objects that the project creates only in a later release are ignored here: the database may contain them already, for example an
  // extension.
  const { ours: _, ...asElsewhere } = leniency
  const equal =
    exact.length > 0
      ? exact
      : looked.filter((place) => findSchemaMismatches(place.state, live, { ...asElsewhere, compareGeneratedNames: false }).length === 0)
  const [first] = equal
  if (!first) throw noMatch(looked, differing)
  if (!isOnePlace(equal, looked)) {
    throw new InterphaseError('adopt.ambiguous', { states: equal.map((place) => `after ${place.through}`) })
  }
  return first
}

/**
 * Finds the matching point for a database that was restored from a dump. The tables keep the collations of the original database, but
 * the new database may have another default collation. If no point matches, each collation of the tables is tried as the original
 * default.
 */
function findMatchIn(
  live: SchemaState,
  releases: readonly ReleaseWithStates[],
  leniency: ComparisonLeniency,
  at: string | undefined,
): AdoptionMatch {
  const attempt = (collation: string): AdoptionMatch | undefined => {
    try {
      return { ...findAdoptionMatch(live, releases, { ...leniency, collations: new Set([collation]) }, at), collation }
    } catch (error) {
      if (isError(error, 'adopt.no-match')) return undefined
      throw error
    }
  }
  try {
    return findAdoptionMatch(live, releases, leniency, at)
  } catch (error) {
    if (!isError(error, 'adopt.no-match')) throw error
    for (const collation of foreignCollations(live)) {
      const match = attempt(collation)
      if (match) return match
    }
    throw error
  }
}

function foreignCollations(live: SchemaState): ReadonlySet<string> {
  const tables = [...objectsOfState(live)].filter((object) => object.kind === 'table')
  return new Set(tables.flatMap(({ collation, ofDatabase }) => (collation === undefined || ofDatabase ? [] : [collation])))
}

/** Lists the points after each migration of the chain, in the order in which a run executes the migrations. */
function placesOf(releases: readonly ReleaseWithStates[]): readonly AdoptionPoint[] {
  const done: MigrationId[] = []
  return releases.flatMap((planned) =>
    planned.positions().map(({ migration, after }): AdoptionPoint => {
      done.push(migration.id)
      const unseen = (migration.wrote || migration.footprint.length > 0) && migration.phased.every((step) => step.length === 0)
      return { release: planned.release.name, through: migration.id, done: [...done], state: after, unseen }
    }),
  )
}

/** Finds the point that the option `--at` names: after a migration, or at the end of a release. */
function placeAt(places: readonly AdoptionPoint[], at: string): AdoptionPoint {
  const place = places.findLast(({ through, release }) => through === at || release === at)
  if (place) return place
  throw new InterphaseError('state.unknown', { id: at, known: places.map(({ through }) => through) })
}

/**
 * True when all matching points are equivalent, because the migrations between them have no effect. A data step between two points
 * makes them different.
 */
function isOnePlace(equal: readonly AdoptionPoint[], places: readonly AdoptionPoint[]): boolean {
  const from = places.findIndex((place) => place === equal[0])
  return equal.every((place, index) => index === 0 || (place === places[from + index] && !place.unseen))
}

function noMatch(places: readonly AdoptionPoint[], differing: (place: AdoptionPoint) => readonly Difference[]): InterphaseError {
  const compared = places.map((place) => ({ place, differences: differing(place) }))
  const nearest = compared.toSorted((a, b) => a.differences.length - b.differences.length)[0]
  const lines = describeDifferences(nearest?.differences ?? [], (one) => describeMismatch(one, { before: 'recorded', after: 'found' }))
  return new InterphaseError('adopt.no-match', {
    differences: lines,
    extra: (nearest?.differences ?? []).flatMap((one) => (one.kind === 'added' && one.object.kind === 'table' ? [one.object.name] : [])),
    nearest: nearest ? `the state after ${nearest.place.through}` : 'an empty chain',
  })
}

export interface AdoptionResult extends AdoptionMatch {
  /** The database objects that do not belong to the project. */
  readonly neighbours: readonly NeighbourObject[]
}

/**
 * Writes a ledger for a database that equals a planned state, so that later runs continue from there. Changes nothing else in the
 * database.
 */
export async function adoptDatabase(connected: ConnectedProject, at: string | undefined): Promise<AdoptionResult> {
  const { session, dialect, config, clock } = connected
  const known = await readLedgerHistory(session, dialect, config.project)
  refuseAdopted(config.project, known)
  const match = await matchLive(connected, at ?? (await findPointInOldLedger(connected)), known)
  await refuseDataLeft(connected, match)
  const migrations = new Map(migrationsInRunOrder(connected.chain).map((migration) => [migration.id, migration]))
  await runUnderProjectLock(connected, 0, async ({ ledger, history }) => {
    await publishReleasesIfAllowed(session, dialect, connected.chain, config.project, connected.emit)
    // Another run may have written a ledger while this process waited for the lock.
    refuseAdopted(config.project, history)
    await session.begin()
    try {
      for (const id of match.done) {
        const migration = migrations.get(id)
        if (migration) await ledger.done(migration, { plan: '', policy: '', how: 'adopted' }, clock.now(), 0)
      }
      if (match.collation !== undefined) await ledger.note({ kind: 'collation', fields: { of: 'the original database' } }, match.collation)
      await ledger.note({ kind: 'adopted', fields: { migrations: match.done.length } }, match.through)
      await session.commit()
    } catch (error) {
      await session.rollback()
      throw error
    }
  })
  return match
}

function refuseAdopted(project: string, history: LedgerHistory | undefined): void {
  const last = history?.applied.at(-1)
  if (last) throw new InterphaseError('adopt.already', { project, release: last.release })
}

/**
 * Refuses the adoption if the pending query of a data step still counts rows, because the data step has then not run. A pending query
 * is not executed once contract has begun, because it can name columns that contract dropped.
 */
async function refuseDataLeft({ session, dialect, chain, states }: ConnectedProject, { release, done }: AdoptionMatch): Promise<void> {
  const migrations = chain.releases.filter(({ name }) => name === release).flatMap(migrationsInPhasedOrder)
  const counted = migrations.filter(({ id }) => done.includes(id))
  if (counted.some(({ phase }) => phase === 'contract')) return
  const recorded = (await states.onDisk(release))?.recorded
  const left = new Map<MigrationId, bigint>()
  for (const migration of counted) {
    const pending = await pendingQueryOf(migration, recorded?.migrations.get(migration.id))
    const rows = pending ? await countPendingRows(session, dialect.files, pending.query) : 0n
    if (rows > 0n) left.set(migration.id, rows)
  }
  const [first] = left.keys()
  if (first === undefined) return
  const before = done[done.indexOf(first) - 1]
  const lines = [...left].map(([id, rows]) => `${id}: ${rows}`)
  throw new InterphaseError('adopt.data-left', { left: lines, ...(before !== undefined && { before }) })
}

async function matchLive(connected: ConnectedProject, at: string | undefined, history: LedgerHistory | undefined): Promise<AdoptionResult> {
  const { session, dialect, config, chain } = connected
  const recorded = await readReleasesWithStates(config.root, chain, session)
  const [problem] = recorded.problems
  if (problem) throw problem
  const ledger = await addOtherProjects(connected, history)
  const lenient = await determineLeniency(connected, recorded.releases.at(-1)?.recorded.server, ledger)
  const leniency = { ...lenient, ours: everMade(recorded.releases) }
  const ends = recorded.releases.flatMap(({ start, positions }) => [start, ...positions().map(({ after }) => after)])
  const schemas = schemasToReadFromDatabase(ends, leniency)
  const { state } = await dialect.catalog.read(session, 'whole', { schemas })
  if (findSchemaMismatches(recorded.releases[0]?.start ?? EMPTY_SCHEMA_STATE, state, lenient).length === 0)
    throw new InterphaseError('adopt.empty', { where: session.where })
  const last = recorded.releases.at(-1)
  if (last) remarkOnUncomparedTexts(connected, last.recorded.server, last.end)
  const match = findMatchIn(state, recorded.releases, leniency, at)
  const expected = placesOf(recorded.releases).find(({ through }) => through === match.through)?.state ?? EMPTY_SCHEMA_STATE
  return { ...match, neighbours: await listNeighbours(connected, schemas, ledger.others, { expected, found: state, leniency }) }
}

/**
 * Collects the objects that occur in any planned state of the chain. Such an object belongs to the project even if the database
 * contains it earlier than planned.
 */
function everMade(releases: readonly ReleaseWithStates[]): ReadonlySet<SchemaObjectId> {
  const states = releases.flatMap(({ start, positions }) => [start, ...positions().map(({ after }) => after)])
  const ids = new Set<SchemaObjectId>()
  for (const group of new Set(states.flatMap((state) => [...state.groups.values()]))) for (const id of group.keys()) ids.add(id)
  return ids
}
