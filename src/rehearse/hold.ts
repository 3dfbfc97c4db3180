import { PHASES, type PhaseName } from '../phase/phase.ts'
import { type RecordedEndFingerprints, ReleaseBoundaryDatabases } from '../record/boundaries.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { makeShadowFailureError } from '../shadow/failure.ts'
import { executePhasedOrderOnly } from '../shadow/orders.ts'
import type { ShadowServer } from '../shadow/shadow-server.ts'
import type { GeneratedRowsOptions } from './fill.ts'
import { createFilledShadowDatabase } from './filled-shadow.ts'
import { formatRehearsalStop, type RehearsalStop } from './hold-point.ts'
import type { StoppedRehearsal } from './options.ts'
import { findReleaseByName } from './rehearse.ts'

/** A point of a release at which the rehearsal stops, and the options for the rows of its tables. */
export interface RehearsalStopRequest {
  readonly release: string
  readonly stop: RehearsalStop
  readonly filling: GeneratedRowsOptions
}

/**
 * Creates a shadow database at a point of a release, calls `use` with the URL of the database, and drops the database after the
 * call. The engine has no connection to the database during the call. Throws `state.unknown` if the chain has no release with the
 * given name.
 */
export async function rehearseToStop<T>(
  shadows: ShadowServer,
  chain: ReleaseChain,
  point: RehearsalStopRequest,
  ends: RecordedEndFingerprints,
  use: (shadow: StoppedRehearsal) => Promise<T>,
): Promise<T> {
  const { stop } = point
  const release = findReleaseByName(chain, point.release)
  const boundaries = new ReleaseBoundaryDatabases(shadows, chain, ends)
  await boundaries.sweep()
  try {
    const boundary = await boundaries.before(chain.releases.indexOf(release))
    const filled = await createFilledShadowDatabase(shadows, release, boundary, point.filling)
    const sequence = migrationsInPhasedOrder(release).filter(({ phase }) => isUpTo(phase, stop))
    const { failed } = await executePhasedOrderOnly(shadows, release, sequence, { name: filled.database, reading: boundary.reading })
    if (failed) throw makeShadowFailureError(shadows, release, 'phased', failed)
    const [dialect, at] = [shadows.dialect.name, formatRehearsalStop(stop, release.name)]
    shadows.emit({ type: 'shadow-ready', dialect, at })
    const { url } = await shadows.server.target('phased')
    return await use({ dialect, url, at })
  } finally {
    await boundaries.sweep()
  }
}

function isUpTo(phase: PhaseName, stop: RehearsalStop): boolean {
  return stop !== 'start' && PHASES.indexOf(phase) <= PHASES.indexOf(stop)
}
