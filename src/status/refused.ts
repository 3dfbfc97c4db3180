import { isError } from '../error.ts'
import type { History } from '../plan/history.ts'
import { appliedIn, refusedOf } from '../plan/plan.ts'
import { type Judged, judgeRelease, refusalText } from '../plan/verdict.ts'
import { loadFunction } from '../project/modules.ts'
import type { PlannedRelease } from '../project/recorded.ts'
import type { FrontMatter, MigrationId, Release } from '../release/migration.ts'
import type { ConnectedProject } from '../run/connected-project.ts'

/**
 * What the policies refuse of the release, a line each, and of what has not begun: nothing of it runs meanwhile. Without
 * fresh states there is nothing to judge. A function is loaded only where its comments leave something refused.
 */
export async function refusedNow(connected: ConnectedProject, release: Release, history: History | undefined): Promise<readonly string[]> {
  const planned = await freshly(() => connected.states.of(release.name))
  if (!planned) return []
  const { start, positions } = planned
  const loaded = new Map<MigrationId, FrontMatter>()
  const judged = (): readonly Judged[] =>
    judgeRelease({ release, start, positions: positions() }, ({ id, says }) => loaded.get(id) ?? says, connected.policies)
  const refused = () => refusedOf(judged(), appliedIn(history))
  const first = refused()
  const functions = first.map(({ migration }) => migration).filter(({ body }) => body.kind === 'function')
  if (functions.length === 0) return first.map(refusalText)
  for (const migration of functions) loaded.set(migration.id, (await loadFunction(migration)).says)
  return refused().map(refusalText)
}

async function freshly(read: () => Promise<PlannedRelease>): Promise<PlannedRelease | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isError(error, 'states.missing') || isError(error, 'states.stale')) return undefined
    throw error
  }
}
