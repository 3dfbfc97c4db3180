import { PHASES, type PhaseName } from '../phase/phase.ts'
import { Boundaries, type Ends } from '../record/boundaries.ts'
import type { Chain } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { failureOf } from '../shadow/failure.ts'
import { runOrder } from '../shadow/orders.ts'
import type { ShadowServer } from '../shadow/shadow-server.ts'
import type { Filling } from './fill.ts'
import { fillShadow } from './filled-shadow.ts'
import type { HeldShadow } from './options.ts'
import { releaseNamed } from './rehearse.ts'
import { type Stop, stopName } from './stops.ts'

/** A point of a release, and the rows that its tables are filled with. */
export interface FilledPoint {
  readonly release: string
  readonly stop: Stop
  readonly filling: Filling
}

/**
 * Brings a shadow to this point, lets the caller work on it, and drops it. The engine holds no connection to it meanwhile.
 * Throws `state.unknown` for a release that the chain does not have.
 */
export async function holdReleaseAt<T>(
  shadows: ShadowServer,
  chain: Chain,
  point: FilledPoint,
  ends: Ends,
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
    const { failed } = await runOrder(shadows, { ...release, rows: [] }, order, { name: filled.database, reading: boundary.reading })
    if (failed) throw failureOf(shadows, release, 'phased', failed)
    const [dialect, at] = [shadows.dialect.name, stopName(stop, release.name)]
    shadows.emit({ type: 'shadow-ready', dialect, at })
    const { url } = await shadows.server.target('phased')
    return await use({ dialect, url, at })
  } finally {
    await boundaries.sweep()
  }
}

function isUpTo(phase: PhaseName, stop: Stop): boolean {
  return stop !== 'start' && PHASES.indexOf(phase) <= PHASES.indexOf(stop)
}
