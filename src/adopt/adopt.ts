import { InterphaseError } from '../error.ts'
import type { DestructionConsent } from '../gate/gate.ts'
import { countPendingRows } from '../gate/pending.ts'
import { runUnderProjectLock } from '../ledger/access.ts'
import { publishReleasesIfAllowed } from '../ledger/fleet.ts'
import { readLedgerHistory } from '../ledger/read.ts'
import { isMigrationDone, type LedgerHistory } from '../plan/history.ts'
import { computeChainProgress } from '../plan/progress.ts'
import { loadPendingQueryAndRerunnable } from '../project/modules.ts'
import { readReleasesWithStates } from '../project/recorded.ts'
import type { MigrationId } from '../release/migration.ts'
import { migrationsInPhasedOrder, migrationsOfChainInRunOrder } from '../release/order.ts'
import {
  type ConnectedProject,
  determineSchemaComparisonSettings,
  readLedgerForComparison,
  remarkOnUncomparedTexts,
} from '../run/connected-project.ts'
import { listNeighbours, schemasToReadFromDatabase } from '../run/neighbours.ts'
import { findSchemaMismatches } from '../schema/mismatch.ts'
import { type NeighbourObject, nameToIgnore } from '../schema/neighbour.ts'
import { EMPTY_SCHEMA_STATE } from '../schema/state.ts'
import { type BaseWithRecordedStates, proveBaseReachesChain, readBasesWithRecordedStates, requireChainPointAfterBase } from './bases.ts'
import {
  findBasesEqualToLiveSchema,
  findBaseWithUnfinishedBridge,
  migrationsOfBridge,
  runBridge,
  throwBridgeNotRunError,
} from './bridge.ts'
import { refuseNamesThatCannotBeIgnored } from './ignore.ts'
import { collectObjectsOfChain, listPlannedChainPoints, type PlannedChainPoint } from './known-points.ts'
import {
  type ChainPointsEqualToLive,
  findChainPointsEqualToLive,
  findDifferencesFromChainPoint,
  findNearestChainPoints,
  type LiveSchemaToCompare,
  makeNearbyStateOfChainPoint,
} from './recognise.ts'
import { chooseChainPointByRows } from './rows-decide.ts'
import { readLastMigrationFromSequelizeLedger } from './sequelize/old-ledger.ts'

/** The options of the command `interphase adopt`. */
export interface AdoptOptions {
  /**
   * The name of a migration or a release. If the field is set, `adopt` compares the live schema only with the planned schema
   * after this migration or release.
   */
  readonly at?: string
  /**
   * The names of tables and other objects of other programs. The comparison ignores these objects and the objects in the setting
   * `ignore`.
   */
  readonly ignore?: readonly string[]
  /**
   * The reason to adopt the database at the given point of the chain, although its schema differs from the planned schema. The
   * ledger stores the reason and the differences.
   */
  readonly despite?: string
  /**
   * True to run the bridge of a base if the schema of the database equals the schema of this base. A base is an old schema, and
   * its bridge consists of the migrations from the base to the chain.
   */
  readonly bridge?: boolean
  /**
   * The consent of a person to destroy data with a bridge, which consists of the migrations from an old schema to the chain.
   * Without the consent, `adopt` stops before the first release of the bridge that destroys data.
   */
  readonly confirmed?: DestructionConsent
}

/**
 * The point of the release chain at which `adopt` adopts a database: after the migration `through`. All migrations up to and
 * including this migration count as done.
 */
export interface AdoptionMatch {
  readonly release: string
  readonly through: MigrationId
  readonly done: readonly MigrationId[]
  /**
   * The default collation of another database, from which the live database was restored with a dump. The field is present only
   * if the live database itself has a different default collation.
   */
  readonly collation?: string
  /**
   * The migrations after which the planned schema equals the live schema. If there are several such migrations, `adopt` examined
   * the rows of the tables, and chose one of these migrations as `through`, the last migration that counts as done. The list is
   * empty if the user accepted differences.
   */
  readonly equal: readonly MigrationId[]
  /** The differences that the user accepted with a reason. The list is empty if the live schema equals the planned schema. */
  readonly differences: readonly string[]
  /**
   * The base whose schema the database has, or whose bridge has run in the database. A base is an old schema of the project. The
   * field is absent if the database does not come from a base.
   */
  readonly base?: string
}

/** The result of the command `interphase adopt`. */
export interface AdoptionResult extends AdoptionMatch {
  /** The database objects that do not belong to the project, but to another application. */
  readonly neighbours: readonly NeighbourObject[]
}

/**
 * Records in the ledger of a database which migrations have already run, so that later runs execute only the migrations after
 * them. To find these migrations, the function compares the live schema with the planned schemas. Changes no other table, unless
 * the option `bridge` runs a bridge. If the ledger already contains migrations, the option `at` must name a later point of the
 * chain. Throws `adopt.no-match` if no planned schema equals the live schema, and `adopt.ambiguous` if neither the schema nor the
 * rows show which migrations have run. The file `errors/adopt.ts` lists the other errors.
 */
export async function adoptDatabase(project: ConnectedProject, options: AdoptOptions, cameFrom?: string): Promise<AdoptionResult> {
  const { ignore = [], despite, at } = options
  if (despite !== undefined && at === undefined)
    throw new InterphaseError('usage', {
      problem: '--despite needs --at',
      try: 'Name the migration after which the database is: --at <migration>',
    })
  const connected = { ...project, config: { ...project.config, ignore: [...project.config.ignore, ...ignore] } }
  const { session, dialect, config } = connected
  const known = await readLedgerHistory(session, dialect, config.project)
  if (known && known.applied.length > 0) return adoptLaterPoint(connected, known, options)
  const from = at ?? (await readLastMigrationFromSequelizeLedger(connected))
  const bases = from === undefined ? await readBasesWithRecordedStates(config, dialect.name, session) : []
  const begun = await findBaseWithUnfinishedBridge(connected, bases)
  if (begun) return crossBridge(connected, begun, options)
  const match = await matchLive(connected, { ignore, at: from, ...(despite !== undefined && { despite }) }, known, bases)
  if ('chain' in match) return crossBridge(connected, match, options)
  if (despite === undefined) await refuseDataLeft(connected, match)
  await writeLedger(connected, match, { ...(despite !== undefined && { despite }), ...(cameFrom !== undefined && { base: cameFrom }) })
  return match
}

/**
 * Marks the migrations up to a later point of the chain as done, because the live schema equals the planned schema at this point.
 * This happens after a person has made the changes of a release by hand. Throws `adopt.already` if the option `at` is missing, if
 * the option `despite` is set, if a migration is unfinished, or if the point is not later than the ledger.
 */
async function adoptLaterPoint(connected: ConnectedProject, history: LedgerHistory, options: AdoptOptions): Promise<AdoptionResult> {
  const { at, ignore = [], despite } = options
  const already = new InterphaseError('adopt.already', {
    project: connected.config.project,
    release: history.applied.at(-1)?.release ?? '',
  })
  if (at === undefined || despite !== undefined) throw already
  const { releases, problems } = computeChainProgress(connected.chain, history)
  const [problem] = problems
  if (problem) throw problem
  const begun = releases.flatMap(({ phases }) => phases.flatMap(({ migrations }) => migrations.filter(({ applied }) => applied)))
  const has = new Set(begun.map(({ migration }) => migration.id))
  const isUnfinished = begun.some(({ applied }) => !isMigrationDone(applied))
  const match = await matchLive(connected, { at, ignore }, history, [])
  if ('chain' in match) throw new InterphaseError('internal', { problem: 'a base was found where none was asked for' })
  const done = match.done.filter((id) => !has.has(id))
  if (isUnfinished || done.length === 0 || match.done.length !== has.size + done.length) throw already
  await refuseDataLeft(connected, match)
  const later = { ...match, done }
  await writeLedger(connected, later, {}, history)
  return later
}

/**
 * Runs the bridge of a base (the migrations from an old schema to the chain), and adopts the database at the point of the chain
 * where the base continues.
 */
async function crossBridge(
  connected: ConnectedProject,
  known: BaseWithRecordedStates,
  { bridge = false, ignore = [], confirmed = false }: AdoptOptions,
): Promise<AdoptionResult> {
  if (migrationsOfBridge(known).length > 0) {
    // Before `adopt` runs a bridge (the migrations from an old schema to the chain), it checks that the bridge ends in the schema
    // of the chain. The check is necessary, because the recorded states of a bridge can be current although the bridge ends in
    // another schema.
    await proveBaseReachesChain(known, connected.config.root, connected.chain)
    if (!bridge) throwBridgeNotRunError(known, ignore)
    await runBridge(connected, known, confirmed, (own) => adoptDatabase(own, { at: known.point.through }))
  }
  const adopted = await adoptDatabase(connected, { at: known.base.continues }, known.base.name)
  return { ...adopted, base: known.base.name }
}

async function writeLedger(
  connected: ConnectedProject,
  match: AdoptionResult,
  fields: { readonly despite?: string; readonly base?: string },
  before?: LedgerHistory,
): Promise<void> {
  const { session, dialect, config, clock } = connected
  const migrations = new Map(migrationsOfChainInRunOrder(connected.chain).map((migration) => [migration.id, migration]))
  await runUnderProjectLock(connected, 0, async ({ ledger, history }) => {
    await publishReleasesIfAllowed(session, dialect, connected.chain, config.project, connected.emit)
    // `adopt` checks a second time, now under the lock, that the ledger has no new migrations. Another run can have written them
    // while `adopt` waited for the lock.
    if (history.applied.length !== (before?.applied.length ?? 0)) refuseAdopted(config.project, history)
    await session.begin()
    try {
      for (const id of match.done) {
        const migration = migrations.get(id)
        if (migration) await ledger.done(migration, { plan: '', policy: '', how: 'adopted' }, clock.now(), 0)
      }
      if (match.collation !== undefined) await ledger.note({ kind: 'collation', fields: { of: 'the original database' } }, match.collation)
      const counted = fields.despite === undefined ? {} : { differences: match.differences.length }
      await ledger.note({ kind: 'adopted', fields: { migrations: match.done.length, ...fields, ...counted } }, match.through)
      await session.commit()
    } catch (error) {
      await session.rollback()
      throw error
    }
  })
}

function refuseAdopted(project: string, history: LedgerHistory | undefined): void {
  const last = history?.applied.at(-1)
  if (last) throw new InterphaseError('adopt.already', { project, release: last.release })
}

/**
 * Throws `adopt.data-left` if a data step of the release would count as done after the adoption, but its pending query finds rows
 * that the data step still has to change. If a contract migration of this release would also count as done, the function executes
 * no pending query, because a pending query can name columns that contract dropped.
 */
async function refuseDataLeft(
  { session, dialect, chain, states }: ConnectedProject,
  { release, done }: Pick<AdoptionMatch, 'release' | 'done'>,
): Promise<void> {
  const migrations = chain.releases.filter(({ name }) => name === release).flatMap(migrationsInPhasedOrder)
  const counted = migrations.filter(({ id }) => done.includes(id))
  if (counted.some(({ phase }) => phase === 'contract')) return
  const recorded = (await states.onDisk(release))?.recorded
  const left = new Map<MigrationId, bigint>()
  for (const migration of counted) {
    const pending = await loadPendingQueryAndRerunnable(migration, recorded?.migrations.get(migration.id))
    const rows = pending ? await countPendingRows(session, dialect.files, pending.query) : 0n
    if (rows > 0n) left.set(migration.id, rows)
  }
  const [first] = left.keys()
  if (first === undefined) return
  const before = done[done.indexOf(first) - 1]
  const lines = [...left].map(([id, rows]) => `${id}: ${rows}`)
  throw new InterphaseError('adopt.data-left', { left: lines, ...(before !== undefined && { before }) })
}

async function matchLive(
  connected: ConnectedProject,
  { at, ignore = [], despite }: { readonly at: string | undefined; readonly ignore?: readonly string[]; readonly despite?: string },
  history: LedgerHistory | undefined,
  bases: readonly BaseWithRecordedStates[],
): Promise<AdoptionResult | BaseWithRecordedStates> {
  const { session, dialect, config, chain } = connected
  const { releases, problems } = await readReleasesWithStates(config.root, chain, session)
  const [problem] = problems
  if (problem) throw problem
  const points = listPlannedChainPoints(releases)
  const ledger = await readLedgerForComparison(connected, history)
  const lenient = await determineSchemaComparisonSettings(connected, releases.at(-1)?.recorded.server, ledger)
  for (const { base } of bases) requireChainPointAfterBase(base, points)
  const made = collectObjectsOfChain(
    [releases, ...bases.map((known) => known.releases)].flat(),
    [points, ...bases.map(({ point }) => point)].flat(),
  )
  const leniency = { ...lenient, ours: made.ids }
  const start = releases[0]?.start ?? EMPTY_SCHEMA_STATE
  const schemas = schemasToReadFromDatabase(
    [start, ...new Set([points, ...bases.map(({ point }) => point)].flat().map(({ state }) => state))],
    leniency,
  )
  const { state: live } = await dialect.catalog.read(session, 'whole', { schemas })
  refuseNamesThatCannotBeIgnored(ignore, live, made)
  if (findSchemaMismatches(start, live, lenient).length === 0) throw new InterphaseError('adopt.empty', { where: session.where })
  const last = releases.at(-1)
  if (last) remarkOnUncomparedTexts(connected, last.recorded.server, last.end)
  const compared = at === undefined ? points : [findPoint(points, at)]
  const comparison = { live, leniency }
  const recognised = await findBasesEqualToLiveSchema(connected, bases, comparison)
  const [newest] = recognised
  // A base is an old schema of the project. Its author can write a query for rows that only the databases of this base contain.
  // If the query finds rows in the live database, the base has priority over all points of the chain.
  if (newest?.base.rows !== undefined) return newest
  const found = findChainPointsEqualToLive(comparison, compared)
  if (!found && newest) return newest
  const { point, differences } = found
    ? { point: await chooseChainPointByRows(connected, found.points, compared), differences: [] }
    : acceptDespite(comparison, [...bases.map(({ point }) => point), ...compared], despite)
  const { state, release, through, done } = point
  const neighbours = await listNeighbours(connected, schemas, ledger.others, { expected: state, found: live, leniency })
  return {
    release,
    through,
    done,
    ...collationOf(found),
    equal: found?.points.map((one) => one.through) ?? [],
    differences,
    neighbours,
    ...(newest && { base: newest.base.name }),
  }
}

function collationOf(found: ChainPointsEqualToLive | undefined): { readonly collation?: string } {
  return found?.collation === undefined ? {} : { collation: found.collation }
}

/**
 * Returns the point of the chain that the option `--at` names. The point is after a migration, or at the end of a release. Throws
 * `state.unknown` if no migration and no release has the given name.
 */
function findPoint(points: readonly PlannedChainPoint[], at: string): PlannedChainPoint {
  const point = points.findLast(({ through, release }) => through === at || release === at)
  if (point) return point
  throw new InterphaseError('state.unknown', { id: at, known: points.map(({ through }) => through) })
}

/**
 * Handles a live schema that equals no planned schema. If the user gave a reason (`despite`) to accept the differences, the
 * function returns the point of the chain that the user named, and the differences between the live schema and the planned schema
 * at this point. Otherwise, the function throws `adopt.no-match`, whose message describes the points with the most similar
 * schemas.
 */
function acceptDespite(
  comparison: LiveSchemaToCompare,
  points: readonly PlannedChainPoint[],
  despite: string | undefined,
): { readonly point: PlannedChainPoint; readonly differences: readonly string[] } {
  const [point] = points
  if (point && despite !== undefined) {
    const { missing, extra, different } = makeNearbyStateOfChainPoint(point, findDifferencesFromChainPoint(comparison, point))
    return { point, differences: [...missing, ...extra, ...different] }
  }
  const nearest = findNearestChainPoints(comparison, points)
  const extra = (nearest[0]?.differences ?? []).flatMap((one) => (one.kind === 'added' ? (nameToIgnore(one.object) ?? []) : []))
  throw new InterphaseError('adopt.no-match', { nearest: nearest.map(({ described }) => described), extra: [...new Set(extra)] })
}
