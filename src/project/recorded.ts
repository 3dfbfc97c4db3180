import { InterphaseError, isError } from '../error.ts'
import type { Release, ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { objectAfterDifference, objectBeforeDifference } from '../schema/difference.ts'
import { fingerprintOfState, type StateFingerprint } from '../schema/fingerprint.ts'
import { indexesOfMysqlForeignKeys } from '../schema/key-index.ts'
import type { DialectName, SchemaObject } from '../schema/object.ts'
import { EMPTY_SCHEMA_STATE, objectsOfState, type SchemaState } from '../schema/state.ts'
import { digestOfRecordingInputs, findStalenessReasons } from '../state/freshness.ts'
import {
  computePlannedMigrationPositions,
  computeReleaseEndState,
  computeReleaseStartState,
  type PlannedMigrationPosition,
} from '../state/planned.ts'
import type { RecordedRelease } from '../state/recording.ts'
import { refuseDifferentNameCase, type ServerToCompare } from './name-case.ts'
import { type RecordedStatesOnDisk, readRecordedStates } from './states.ts'

/** A release with its recorded states. The states begin with the schema at the end of the previous release. */
export interface ReleaseWithStates {
  readonly release: Release
  readonly recorded: RecordedRelease
  readonly start: SchemaState
  readonly end: SchemaState
  /**
   * Returns the planned states before and after each migration. The states are computed at the first call, because most commands
   * need the states of only one release.
   */
  readonly positions: () => readonly PlannedMigrationPosition[]
}

/** The releases of a chain with their recorded states, up to the first problem of a recorded state. */
export interface ReleasesWithStates {
  readonly releases: readonly ReleaseWithStates[]
  /**
   * The error `states.missing` or `states.stale` about the first release whose recorded states are not current. The list has at
   * most one error, and is empty if all states are current.
   */
  readonly problems: readonly InterphaseError[]
}

/**
 * Reads the recorded states of the chain, up to the first release whose states are missing or stale. Throws every other error of
 * a recorded state, such as `states.invalid`.
 */
export async function readReleasesWithStates(root: string, chain: ReleaseChain, server?: ServerToCompare): Promise<ReleasesWithStates> {
  const states = new RecordedChainReader(root, chain, server)
  const releases: ReleaseWithStates[] = []
  for (const release of chain.releases) {
    try {
      releases.push(await states.of(release.name))
    } catch (error) {
      if (!isError(error, 'states.missing') && !isError(error, 'states.stale')) throw error
      return { releases, problems: [error] }
    }
  }
  return { releases, problems: [] }
}

/** The state in which a release starts, with the fingerprint of the state. */
interface Start {
  readonly state: SchemaState
  readonly name: StateFingerprint
}

/**
 * Reads the recorded states of a chain. The class reads the states of a release once, at the first request. A run of the newest
 * release after a hundred other releases therefore reads the states of one release.
 */
export class RecordedChainReader {
  readonly #root: string
  readonly #chain: ReleaseChain
  readonly #server: ServerToCompare | undefined
  readonly #read = new Map<number, Promise<RecordedStatesOnDisk | undefined>>()
  readonly #starts = new Map<number, Start>()
  readonly #planned = new Map<number, ReleaseWithStates>()

  /**
   * Creates a reader of recorded states. `server` is the server whose schema a command compares with the states. `server` is
   * undefined for a command that compares with no server.
   */
  constructor(root: string, chain: ReleaseChain, server?: ServerToCompare) {
    this.#root = root
    this.#chain = chain
    this.#server = server
  }

  /**
   * Reads the recorded states of a release from disk, also if the states are stale. Returns undefined if the release has no
   * recorded states.
   */
  onDisk(release: string): Promise<RecordedStatesOnDisk | undefined> {
    return this.#at(this.#placeOf(release))
  }

  /**
   * Returns the recorded states of a release. Throws `states.missing`, `states.stale`, `states.invalid` or `states.name-case`.
   * The method reads the states of earlier releases only if it cannot compute the state at the start of the release from the
   * states of later releases.
   */
  async of(release: string): Promise<ReleaseWithStates> {
    const place = this.#placeOf(release)
    const known = this.#planned.get(place)
    if (known) return known
    await this.#fresh(place)
    const start = await this.#startAt(place)
    const { files, recorded } = await this.#fresh(place, start.name)
    const end = computeReleaseEndState(recorded, start.state, orderOf(files))
    if (fingerprintOfState(end) !== recorded.end) throw doesNotAddUp(files, this.#chain.dialect)
    if (this.#server) refuseDifferentNameCase(recorded.server, this.#server, [start.state, end])
    const positions = once(() => computePlannedMigrationPositions(files, recorded, start.state))
    const planned: ReleaseWithStates = { release: files, recorded, start: start.state, end, positions }
    this.#planned.set(place, planned)
    this.#starts.set(place + 1, { state: end, name: recorded.end })
    return planned
  }

  /**
   * Returns the fingerprint of the schema at the end of each release, by release name, up to the first release without fresh
   * states.
   */
  async ends(): Promise<ReadonlyMap<string, StateFingerprint>> {
    const ends = new Map<string, StateFingerprint>()
    for (const [place, { name }] of this.#chain.releases.entries()) {
      try {
        ends.set(name, (await this.#fresh(place)).recorded.end)
      } catch (error) {
        if (isError(error, 'states.missing') || isError(error, 'states.stale') || isError(error, 'states.invalid')) break
        throw error
      }
    }
    return ends
  }

  /**
   * Returns the indexes that the server created for foreign keys in any recorded state of the chain, also in stale states. The
   * method is for MySQL and MariaDB.
   */
  async foreignKeyIndexes(): Promise<ReadonlySet<string>> {
    const read = await Promise.all(this.#chain.releases.map((_, place) => this.#at(place)))
    return new Set(read.flatMap((states) => (states ? indexesOfMysqlForeignKeys(recordedObjects(states)) : [])))
  }

  #placeOf(release: string): number {
    const place = this.#chain.releases.findIndex(({ name }) => name === release)
    if (place < 0) throw new InterphaseError('internal', { problem: `there is no release ${release}` })
    return place
  }

  #at(place: number): Promise<RecordedStatesOnDisk | undefined> {
    const release = this.#chain.releases[place]
    const known = this.#read.get(place)
    if (known || !release) return known ?? Promise.resolve(undefined)
    const reading = readRecordedStates(this.#root, release, this.#chain.dialect)
    this.#read.set(place, reading)
    return reading
  }

  async #fresh(place: number, start?: StateFingerprint): Promise<{ readonly files: Release; readonly recorded: RecordedRelease }> {
    const files = this.#chain.releases[place]
    const recorded = (await this.#at(place))?.recorded
    const about = { release: files?.name ?? '', dialect: this.#chain.dialect }
    if (!files || !recorded) {
      throw new InterphaseError('states.missing', {
        ...about,
        missing: files ? migrationsInPhasedOrder(files).map(({ file }) => file) : [],
      })
    }
    const now = { inputs: digestOfRecordingInputs(this.#chain, files), ...(start !== undefined && { start }) }
    const reasons = findStalenessReasons(files, recorded, now)
    if (reasons.length > 0) throw new InterphaseError('states.stale', { ...about, reasons })
    return { files, recorded }
  }

  async #startAt(place: number): Promise<Start> {
    return this.#starts.get(place) ?? (await this.#startFromLater(place)) ?? this.#startFromEarlier(place)
  }

  /**
   * Computes the state in which a release starts from a full state at the end of the same release or of a later release. The
   * method reverses the recorded differences. Returns undefined if no full state is available.
   */
  async #startFromLater(place: number): Promise<Start | undefined> {
    if (place === 0) return undefined
    const passed: (readonly [Release, RecordedRelease])[] = []
    for (let at = place; at < this.#chain.releases.length; at++) {
      const [files, found] = [this.#chain.releases[at], await this.#at(at)]
      if (!files || !found) return undefined
      passed.push([files, found.recorded])
      if (!found.state) continue
      const state = passed.reduceRight(
        (after, [release, recorded]) => computeReleaseStartState(recorded, after, orderOf(release)),
        found.state,
      )
      // If the computed start differs from the recorded start, the files come from different recordings. In this case, the method
      // reads the earlier releases, which throws an error with the reason.
      const name = fingerprintOfState(state)
      return name === passed[0]?.[1].start ? { state, name } : undefined
    }
    return undefined
  }

  /**
   * Computes the state in which a release starts from the nearest earlier state that is known, or from the schema before the
   * first release. The method applies the recorded differences.
   */
  async #startFromEarlier(place: number): Promise<Start> {
    let at = place
    while (at > 0 && !this.#starts.has(at)) at--
    const base = at === 0 ? ((await this.#at(0))?.base ?? EMPTY_SCHEMA_STATE) : EMPTY_SCHEMA_STATE
    let start = this.#starts.get(at) ?? { state: base, name: fingerprintOfState(base) }
    for (; at < place; at++) {
      const release = this.#chain.releases[at]
      const recorded = (await this.#at(at))?.recorded
      if (!release || !recorded) {
        const missing = release ? migrationsInPhasedOrder(release).map(({ file }) => file) : []
        throw new InterphaseError('states.missing', { release: release?.name ?? '', dialect: this.#chain.dialect, missing })
      }
      start = { state: computeReleaseEndState(recorded, start.state, orderOf(release)), name: recorded.end }
    }
    this.#starts.set(place, start)
    return start
  }
}

function doesNotAddUp({ directory }: Release, dialect: DialectName): InterphaseError {
  const problem = 'the differences do not lead to the schema that was recorded as their end'
  return new InterphaseError('states.invalid', { file: `${directory}/states/${dialect}`, problem })
}

/**
 * Returns all objects in the recorded states of a release: the objects before and after each schema change, and the objects of the
 * whole schemas that the files contain.
 */
function recordedObjects({ recorded, base, state }: RecordedStatesOnDisk): readonly SchemaObject[] {
  const steps = [...recorded.migrations.values()].flatMap(({ phased }) => phased.flat())
  const changed = steps.flatMap((one) => [objectBeforeDifference(one), objectAfterDifference(one)])
  return [...changed, ...[base, state].flatMap((whole) => (whole ? [...objectsOfState(whole)] : []))]
}

function orderOf(release: Release): readonly string[] {
  return migrationsInPhasedOrder(release).map(({ id }) => id)
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
