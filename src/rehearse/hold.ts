import { PHASES, type PhaseName } from '../phase/phase.ts'
import { type RecordedEndFingerprints, ReleaseBoundaryDatabaseProvider } from '../record/boundaries.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { makeShadowFailureError } from '../shadow/failure.ts'
import { executePhasedOrderOnly } from '../shadow/orders.ts'
import type { ShadowServerContext } from '../shadow/shadow-server.ts'
import type { GeneratedRowsOptions } from './fill.ts'
import { createFilledShadowDatabase } from './filled-shadow.ts'
import { formatRehearsalStop, type RehearsalStop } from './hold-point.ts'
import type { StoppedRehearsal } from './options.ts'
import { requireReleaseByName } from './rehearse.ts'

/** A request to stop the rehearsal of a release at one point. `filling` contains the options for the generated rows. */
export interface RehearsalStopRequest {
  readonly release: string
  readonly stop: RehearsalStop
  readonly filling: GeneratedRowsOptions
}

/**
 * Creates a shadow database with the schema of a release at the given point, and calls `use` with the URL of the database. Drops
 * the database when `use` ends. While `use` runs, the engine has no connection to the database, so the engine blocks no statement
 * of the user. Throws `state.unknown` if the chain has no release with the given name.
 */
export async function rehearseToStop<T>(
  shadows: ShadowServerContext,
  chain: ReleaseChain,
  point: RehearsalStopRequest,
  ends: RecordedEndFingerprints,
  use: (shadow: StoppedRehearsal) => Promise<T>,
): Promise<T> {
  const { stop } = point
  const release = requireReleaseByName(chain, point.release)
  const boundaries = new ReleaseBoundaryDatabaseProvider(shadows, chain, ends)
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
