import type { Dialect, MigrationObserver, RunningMigrationObservation } from '../dialect/dialect.ts'
import { InterphaseError, isError } from '../error.ts'
import type { EmitEvent } from '../event.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { fingerprintOfState, type StateFingerprint } from '../schema/fingerprint.ts'
import {
  boundaryDatabaseName,
  createFirstBoundaryDatabase,
  type ReleaseBoundaryDatabase,
  runWithDatabaseSession,
} from '../shadow/boundary.ts'
import { executeMigrationsOnShadow } from '../shadow/execute.ts'
import { makeShadowFailureError } from '../shadow/failure.ts'
import { executePhasedOrderOnly } from '../shadow/orders.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import type { ShadowExecutionContext } from '../shadow/watch.ts'
import type { ProvenReleaseWithDatabase } from './prove.ts'

/** The fingerprint of the schema at the end of each release whose recorded states are current, by release name. */
export type RecordedEndFingerprints = ReadonlyMap<string, StateFingerprint>

/** A scratch database with the schema before a release, and the index of this release in the chain. */
interface ChainPosition {
  readonly index: number
  readonly boundary: ReleaseBoundaryDatabase
}

/**
 * Creates the scratch databases with the schemas between the releases of a chain. The class creates each database when it is
 * requested for the first time.
 */
export class ReleaseBoundaryDatabaseProvider {
  readonly #shadows: ShadowServerContext
  readonly #chain: ReleaseChain
  readonly #ends: Map<string, StateFingerprint>
  #last: ChainPosition | undefined
  /**
   * True if an executed release contains a GRANT. The definitions that a server stores contain no privileges, so a later REVOKE
   * would fail in a database that is created from them.
   */
  #grants = false

  constructor(shadows: ShadowServerContext, chain: ReleaseChain, ends: RecordedEndFingerprints = new Map()) {
    this.#shadows = shadows
    this.#chain = chain
    this.#ends = new Map(ends)
  }

  /**
   * Stores the fingerprint of the recorded schema at the end of a release. With the fingerprint, the class can create the scratch
   * database after the release without observing the release again.
   */
  learn(release: string, end: StateFingerprint): void {
    this.#ends.set(release, end)
  }

  /**
   * Returns the scratch database with the schema before release `index`. The method starts with the nearest earlier database, and
   * executes the releases in between.
   */
  async before(index: number): Promise<ReleaseBoundaryDatabase> {
    let at = await this.#nearest(index)
    while (at.index < index) {
      const replayed = await this.#replay(at, index)
      // The release failed, or ended in another schema than the recorded schema. Its execution can have changed the database in
      // which it started, so the code searches again for the nearest usable database.
      if (replayed === 'ends elsewhere') return this.before(index)
      at = replayed ?? { index: at.index + 1, boundary: await this.#advance(at.boundary, at.index) }
    }
    this.#last = at
    return at.boundary
  }

  /** Keeps the scratch database at the end of a proof as the start of the next release, unless the release has sample rows. */
  async keep(index: number, proof: ProvenReleaseWithDatabase): Promise<void> {
    const release = this.#chain.releases[index]
    if (!release || release.rows.length > 0) return
    if (index === this.#chain.releases.length - 1) {
      this.#last = { index: index + 1, boundary: { name: proof.database, reading: proof.end } }
      return
    }
    const name = this.#nameAt(index + 1)
    await this.#shadows.server.copy(proof.database, name)
    this.#last = { index: index + 1, boundary: { name, reading: proof.end } }
  }

  /**
   * Drops the scratch databases that are no longer needed. If the databases of the server remain after the run, the databases
   * with the schemas between the releases stay, because the next recording can use them.
   */
  async sweep(): Promise<void> {
    const { server } = this.#shadows
    const boundaries = this.#chain.releases.map((_, index) => this.#nameAt(index))
    for (const name of await server.leftovers()) if (!server.lasting || !boundaries.includes(name)) await server.drop(name)
  }

  async #nearest(index: number): Promise<ChainPosition> {
    const { server, dialect } = this.#shadows
    if (this.#last && this.#last.index <= index) return this.#last
    for (let at = index; at >= 0; at--) {
      const restored = await this.#restored(at)
      if (restored) return { index: at, boundary: restored }
      const name = this.#nameAt(at)
      if (!(await server.has(name))) continue
      const reading = await runWithDatabaseSession(dialect, await server.target(name), (session) => dialect.catalog.read(session, 'whole'))
      return { index: at, boundary: { name, reading } }
    }
    const name = this.#nameAt(0)
    return { index: 0, boundary: { name, reading: await createFirstBoundaryDatabase(server, dialect, this.#chain.setup, name) } }
  }

  /**
   * Creates the schema before release `index` from the definitions that an earlier run stored. Returns undefined if no
   * definitions are stored, or if their schema differs from the recorded schema.
   */
  async #restored(index: number): Promise<ReleaseBoundaryDatabase | undefined> {
    const { server, dialect } = this.#shadows
    const before = this.#chain.releases[index - 1]
    const end = before && this.#ends.get(before.name)
    // The set-up file of the project (`shadow.setup.sql`) can create objects of the whole server, so it must run again. The code
    // then does not use the definitions that an earlier run stored.
    if (end === undefined || this.#chain.setup) return undefined
    const target = await server.definitions?.restore(this.#nameAt(index), REPLAYED)
    if (!target) return undefined
    const reading = await runWithDatabaseSession(dialect, target, (session) => dialect.catalog.read(session, 'whole'))
    return fingerprintOfState(reading.state) === end ? { name: REPLAYED, reading, spare: true } : undefined
  }

  /**
   * Executes a recorded release again without observing it, and compares the schema at the end with the recorded schema. If they
   * are equal, returns the scratch database with the schema after the release. Returns 'ends elsewhere' if they differ or the
   * release fails, and undefined if the release has no recorded end. The release runs in a copy of the scratch database in which it
   * starts. It runs in this database itself if no other execution needs the database (`boundary.spare`). `wanted` is the index of
   * the release that `record` needs the schema for: the definitions of the schema before this release are stored for the next run.
   */
  async #replay({ index, boundary }: ChainPosition, wanted: number): Promise<ChainPosition | 'ends elsewhere' | undefined> {
    const release = this.#chain.releases[index]
    const end = release && this.#ends.get(release.name)
    if (!release || end === undefined) return undefined
    const { server, dialect, clock } = this.#shadows
    const startedMs = clock.elapsedMs()
    const target = boundary.spare ? await server.target(boundary.name) : await server.copy(boundary.name, REPLAYED)
    const reading = await runWithDatabaseSession(dialect, target, async (session) => {
      const emit: EmitEvent = (event) => {
        if (event.type === 'statement-started' && GRANTS.test(event.text)) this.#grants = true
        this.#shadows.emit(event)
      }
      const executor: ShadowExecutionContext = { ...this.#shadows, emit, dialect: unobserved(dialect), session, replays: true }
      const { failed } = await executeMigrationsOnShadow(executor, migrationsInPhasedOrder(release), boundary.reading)
      return failed ? undefined : dialect.catalog.read(session, 'whole')
    }).catch((error: unknown) => {
      // A routine can commit implicitly. Without observation, the engine cannot determine if the routine committed a schema
      // change, so it does not use the result of this execution.
      if (isError(error, 'migration.committed')) return undefined
      throw error
    })
    if (!reading || fingerprintOfState(reading.state) !== end) {
      this.#ends.clear()
      this.#last = undefined
      return 'ends elsewhere'
    }
    this.#shadows.emit({
      type: 'order-executed',
      release: release.name,
      dialect: dialect.name,
      order: 'phased',
      again: true,
      migrations: migrationsInPhasedOrder(release).length,
      elapsedMs: Math.round(clock.elapsedMs() - startedMs),
    })
    const name = this.#nameAt(index + 1)
    if (!server.lasting) {
      const made = boundary.spare ? boundary.name : REPLAYED
      // The definitions of the scratch database are stored, because the next run would otherwise have to execute the release
      // again.
      if (index + 1 === wanted && !this.#chain.setup && !this.#grants) await server.definitions?.keep(made, name).catch(() => undefined)
      return { index: index + 1, boundary: { name: made, reading, spare: true } }
    }
    await server.copy(REPLAYED, name)
    return { index: index + 1, boundary: { name, reading } }
  }

  async #advance(from: ReleaseBoundaryDatabase, index: number): Promise<ReleaseBoundaryDatabase> {
    const release = this.#chain.releases[index]
    if (!release) throw new InterphaseError('internal', { problem: `there is no release ${index}` })
    const run = await executePhasedOrderOnly(this.#shadows, release, migrationsInPhasedOrder(release), { ...from, spare: false })
    if (run.failed) throw makeShadowFailureError(this.#shadows, release, 'phased', run.failed)
    const name = this.#nameAt(index + 1)
    await this.#shadows.server.copy('phased', name)
    return { name, reading: run.reading }
  }

  #nameAt(index: number): string {
    return boundaryDatabaseName(this.#chain.setup, this.#chain.releases.slice(0, index))
  }
}

const REPLAYED = 'replayed'

const GRANTS = /\bgrant\b/i

const BLIND: MigrationObserver = {
  start: () => Promise.resolve(BLIND_WATCH),
  canStatementRunInOwnTransaction: () => Promise.resolve(false),
  setsSessionOnly: () => Promise.resolve(false),
  reads: () => Promise.resolve(undefined),
}

const BLIND_WATCH: RunningMigrationObservation = {
  beforeStatement: () => Promise.resolve(),
  afterStatementAlone: () => Promise.resolve(),
  finish: () => Promise.resolve({ touched: [], wrote: false, writes: [], prices: [] }),
}

/** Returns the dialect with an observer that does nothing, so that the engine sends no query after a statement. */
function unobserved(dialect: Dialect): Dialect {
  return { ...dialect, observer: BLIND }
}
