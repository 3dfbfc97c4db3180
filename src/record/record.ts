import { InterphaseError } from '../error.ts'
import type { Release, ReleaseChain } from '../release/migration.ts'
import { isSameMigrationOrder, migrationsInAuthoredOrder, migrationsInPhasedOrder } from '../release/order.ts'
import { refuseOpenQuestions } from '../release/question.ts'
import { fingerprintOfState } from '../schema/fingerprint.ts'
import type { SchemaState } from '../schema/state.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import { didReleasesWriteRows } from '../state/chain-rows.ts'
import { digestOfRecordingInputs, findStalenessReasons } from '../state/freshness.ts'
import type { RecordedRelease } from '../state/recording.ts'
import { refuseUnreadableMigration } from '../work/work.ts'
import { ReleaseBoundaryDatabaseProvider } from './boundaries.ts'
import { proveReleaseOnShadow } from './prove.ts'
import { type RowsOfChainStore, recordRowsOfChain } from './rows.ts'

/** Reads and writes the recorded states of a project. */
export interface RecordedStateStore {
  readonly read: (release: Release) => Promise<RecordedRelease | undefined>
  readonly write: (
    release: Release,
    recorded: RecordedRelease,
    states: { readonly base?: SchemaState; readonly state?: SchemaState },
  ) => Promise<void>
  /** Reads and writes the rows that the chain creates. The field is absent if the caller does not store these rows. */
  readonly rows?: RowsOfChainStore
}

/**
 * The result of recording one release. `fresh` is true if the stored states of the release were already current, and the
 * recording did not change them.
 */
export interface RecordingResult {
  readonly release: string
  readonly fresh: boolean
}

/**
 * Records every release whose states are missing or stale, the oldest release first. The function skips any other release, unless
 * `all` is true or the chain reaches another state on the server, for example on another major version. It writes the states of a
 * release only if the release is sound. The recording ends at the first release that is not sound.
 */
export async function recordStaleReleasesOfChain(
  shadows: ShadowServerContext,
  chain: ReleaseChain,
  store: RecordedStateStore,
  all: boolean,
): Promise<readonly RecordingResult[]> {
  refuseOpenQuestions(chain.releases)
  const releases: RecordingResult[] = []
  const recorded = new Map<string, RecordedRelease>()
  for (const release of chain.releases) {
    const known = all ? undefined : await store.read(release)
    if (known) recorded.set(release.name, known)
    await readAll(shadows, release, known)
  }
  const boundaries = new ReleaseBoundaryDatabaseProvider(shadows, chain)
  await boundaries.sweep()
  try {
    let start: string | undefined
    for (const [index, release] of chain.releases.entries()) {
      const known = recorded.get(release.name)
      const isFresh =
        known !== undefined &&
        findStalenessReasons(release, known, { inputs: digestOfRecordingInputs(chain, release), ...(start === undefined ? {} : { start }) })
          .length === 0
      const done = isFresh ? known : await recordOne(shadows, chain, boundaries, index, store, all ? undefined : start)
      if (!done) return await recordStaleReleasesOfChain(shadows, chain, store, true)
      recorded.set(release.name, done)
      boundaries.learn(release.name, done.end)
      if (isFresh) shadows.emit({ type: 'release-fresh', release: release.name, dialect: shadows.dialect.name })
      releases.push({ release: release.name, fresh: isFresh })
      start = done.end
    }
    if (store.rows && didReleasesWriteRows(recorded.values())) await recordRowsOfChain(shadows, chain, boundaries, store.rows)
    return releases
  } finally {
    await boundaries.sweep()
  }
}

/**
 * Parses every changed migration before the engine executes the first migration. An unreadable file therefore leaves all recorded
 * states unchanged.
 */
async function readAll({ dialect, load }: ShadowServerContext, release: Release, known: RecordedRelease | undefined): Promise<void> {
  for (const migration of migrationsInPhasedOrder(release)) {
    if (known?.migrations.get(migration.id)?.checksum !== migration.checksum)
      await refuseUnreadableMigration(migration, dialect.files, load)
  }
}

/**
 * Records one release. Returns undefined if the schema before the release, as the chain creates it on the server, does not have
 * the fingerprint `start`.
 */
async function recordOne(
  shadows: ShadowServerContext,
  chain: ReleaseChain,
  boundaries: ReleaseBoundaryDatabaseProvider,
  index: number,
  store: RecordedStateStore,
  start: string | undefined,
): Promise<RecordedRelease | undefined> {
  const release = chain.releases[index]
  if (!release) throw new InterphaseError('internal', { problem: `there is no release ${index}` })
  shadows.emit({ type: 'release-recording', release: release.name, dialect: shadows.dialect.name, server: shadows.server.version.text })
  const boundary = await boundaries.before(index)
  if (start !== undefined && fingerprintOfState(boundary.reading.state) !== start) return undefined
  const isNewest = index === chain.releases.length - 1
  const isSpare = isNewest && release.rows.length === 0 && (await runsOnce(shadows, release))
  const from = isSpare ? boundary : { ...boundary, spare: false }
  const proof = await proveReleaseOnShadow(shadows, release, from, digestOfRecordingInputs(chain, release))
  await boundaries.keep(index, proof)
  await store.write(release, proof.recorded, {
    ...(index === 0 ? { base: boundary.reading.state } : {}),
    ...(isNewest ? { state: proof.end.state } : {}),
  })
  const { orders, end, reported } = proof.recorded
  shadows.emit({ type: 'release-recorded', release: release.name, dialect: shadows.dialect.name, orders, end, reported })
  return proof.recorded
}

/** Returns true if the release has only one order and no undo, so that the recording needs only one database. */
async function runsOnce({ load }: ShadowServerContext, release: Release): Promise<boolean> {
  if (!isSameMigrationOrder(migrationsInAuthoredOrder(release), migrationsInPhasedOrder(release))) return false
  for (const migration of migrationsInPhasedOrder(release)) {
    if (migration.undo) return false
    if (migration.body.kind === 'function' && (await load(migration)).down) return false
  }
  return true
}
