import { PHASES, type PhaseName } from '../phase/phase.ts'
import { Boundaries, type RecordedEnds } from '../record/boundaries.ts'
import type { Chain } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { shadowFailure } from '../shadow/failure.ts'
import { executeOrder } from '../shadow/orders.ts'
import type { ShadowServer } from '../shadow/shadow-server.ts'
import type { FillOptions } from './fill.ts'
import { fillShadow } from './filled-shadow.ts'
import { type HoldPoint, holdPointName } from './hold-point.ts'
import type { HeldShadow } from './options.ts'
import { releaseNamed } from './rehearse.ts'

/** A point of a release at which the rehearsal stops, and the options for the rows of its tables. */
export interface HoldRequest {
  readonly release: string
  readonly stop: HoldPoint
  readonly filling: FillOptions
}

/**
 * Creates a shadow database at a point of a release, calls `use` with its URL, and then drops the database. The engine holds no
 * connection to the database during the call. Throws `state.unknown` when the chain has no release of this name.
 */
export async function holdReleaseAt<T>(
  shadows: ShadowServer,
  chain: Chain,
  point: HoldRequest,
  ends: RecordedEnds,
  use: (shadow: HeldShadow) => Promise<T>,
): Promise<T> {
  const { stop } = point
  const release = releaseNamed(chain, point.release)
  const boundaries = new Boundaries(shadows, chain, ends)
  await boundaries.sweep()
  try {
    const boundary = await boundaries.before(chain.releases.indexOf(release))
    const filled = await fillShadow(shadows, release, boundary, point.filling)
    const sequence = phasedOrder(release).filter(({ phase }) => isUpTo(phase, stop))
    const order = { name: 'phased', sequence, wants: { rows: false, prices: false } } as const
    const { failed } = await executeOrder(shadows, { ...release, rows: [] }, order, { name: filled.database, reading: boundary.reading })
    if (failed) throw shadowFailure(shadows, release, 'phased', failed)
    const [dialect, at] = [shadows.dialect.name, holdPointName(stop, release.name)]
    shadows.emit({ type: 'shadow-ready', dialect, at })
    const { url } = await shadows.server.target('phased')
    return await use({ dialect, url, at })
  } finally {
    await boundaries.sweep()
  }
}

function isUpTo(phase: PhaseName, stop: HoldPoint): boolean {
  return stop !== 'start' && PHASES.indexOf(phase) <= PHASES.indexOf(stop)
}
