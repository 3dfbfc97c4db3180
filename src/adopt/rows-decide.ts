import { InterphaseError } from '../error.ts'
import { countPendingRows } from '../gate/pending.ts'
import { loadPendingQueryAndRerunnable } from '../project/modules.ts'
import { migrationsOfChainInRunOrder } from '../release/order.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import type { PlannedChainPoint } from './known-points.ts'

/**
 * Chooses one of several points of the chain whose planned schema equals the live schema. The pending queries show which
 * migrations between these points have run: a migration that writes rows has run if its pending query counts 0 rows. Returns the
 * last point before the first migration that has not run. A last migration that changes neither the schema nor rows does not
 * count as done. Throws `adopt.ambiguous` if a migration that writes rows has no pending query, or if the planned schema after
 * such a migration differs from the live schema.
 */
export async function chooseChainPointByRows(
  connected: ConnectedProject,
  equal: readonly PlannedChainPoint[],
  points: readonly PlannedChainPoint[],
): Promise<PlannedChainPoint> {
  const [first] = equal
  const newest = equal.at(-1)
  if (!first || !newest) throw new InterphaseError('internal', { problem: 'no point equals the live schema' })
  let chosen = first
  let previous = first
  for (const point of points.slice(points.indexOf(first) + 1, points.indexOf(newest) + 1)) {
    const isEqual = equal.includes(point)
    if (point.rows) {
      const left = isEqual ? await countLeft(connected, point) : undefined
      if (left === undefined) throw new InterphaseError('adopt.ambiguous', { states: equal.map(({ through }) => `after ${through}`) })
      if (left > 0n) return chosen
      chosen = point
    } else if (isEqual && previous !== points[points.indexOf(point) - 1]) chosen = point
    if (isEqual) previous = point
  }
  return chosen
}

/**
 * Returns the number of rows that the pending query of a migration counts. Returns undefined if the migration has no pending
 * query.
 */
async function countLeft({ session, dialect, chain, states }: ConnectedProject, { through, release }: PlannedChainPoint) {
  const migration = migrationsOfChainInRunOrder(chain).find(({ id }) => id === through)
  if (!migration) return undefined
  const recorded = (await states.onDisk(release))?.recorded
  const pending = await loadPendingQueryAndRerunnable(migration, recorded?.migrations.get(through))
  return pending ? countPendingRows(session, dialect.files, pending.query) : undefined
}
