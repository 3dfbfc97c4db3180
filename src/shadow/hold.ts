import type { Target } from '../dialect/dialect.ts'
import { PHASES, type PhaseName } from '../phase/phase.ts'
import type { Chain, Release } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { Boundaries, type Ends } from './boundaries.ts'
import { failureOf } from './failure.ts'
import type { Filling } from './fill.ts'
import { runOrder } from './orders.ts'
import { setScene } from './scene.ts'
import { type Stop, stopName } from './stops.ts'
import type { Workshop } from './workshop.ts'

/** Brings a shadow to a point of a release, lets the caller work on it, and drops it. Nobody of the engine is connected to it. */
export async function holdAt<T>(
  workshop: Workshop,
  chain: Chain,
  release: Release,
  stop: Stop,
  filling: Filling,
  ends: Ends,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const boundaries = new Boundaries(workshop, chain, ends)
  await boundaries.sweep()
  try {
    const boundary = await boundaries.before(chain.releases.indexOf(release))
    const scene = await setScene(workshop, release, boundary, filling)
    const sequence = phasedOrder(release).filter(({ phase }) => isUpTo(phase, stop))
    const order = { name: 'phased', sequence, wants: { rows: false, prices: false } } as const
    const { failed } = await runOrder(workshop, { ...release, rows: [] }, order, { name: scene.database, reading: boundary.reading })
    if (failed) throw failureOf(workshop, release, 'phased', failed)
    workshop.emit({ type: 'shadow-ready', dialect: workshop.dialect.name, at: stopName(stop, release.name) })
    return await use(await workshop.server.target('phased'))
  } finally {
    await boundaries.sweep()
  }
}

function isUpTo(phase: PhaseName, stop: Stop): boolean {
  return stop !== 'start' && PHASES.indexOf(phase) <= PHASES.indexOf(stop)
}
