import { isError } from '../error.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { appliedMigrationsById, refusedEffectsOfWaitingMigrations } from '../plan/plan.ts'
import { formatRefusedEffect, type JudgedMigration, judgeReleaseByPolicies } from '../plan/verdict.ts'
import { loadFunctionMigration } from '../project/modules.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import type { FrontMatter, MigrationId, Release } from '../release/migration.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import { listDataStepSizeRefusals } from '../run/data-steps/sizes.ts'

/**
 * Returns the effects and data steps of a release that the policies refuse, one text each. The function ignores migrations that
 * have begun. Returns no text if the recorded states are missing or stale. The function loads a function migration only if the
 * comments of its file do not declare `despite` for a refused effect.
 */
export async function listPolicyRefusals(
  connected: ConnectedProject,
  release: Release,
  history: LedgerHistory | undefined,
): Promise<readonly string[]> {
  const planned = await freshly(() => connected.states.of(release.name))
  if (!planned) return []
  const { start, positions } = planned
  const loaded = new Map<MigrationId, FrontMatter>()
  const judged = (): readonly JudgedMigration[] =>
    judgeReleaseByPolicies(
      { release, start, positions: positions() },
      ({ id, declarations }) => loaded.get(id) ?? declarations,
      connected.policies,
    )
  const refused = () => refusedEffectsOfWaitingMigrations(judged(), appliedMigrationsById(history))
  const first = refused()
  const functions = first.map(({ migration }) => migration).filter(({ body }) => body.kind === 'function')
  const sizes = () => listDataStepSizeRefusals(connected, planned, history)
  if (functions.length === 0) return [...first.map(formatRefusedEffect), ...(await sizes())]
  for (const migration of functions) loaded.set(migration.id, (await loadFunctionMigration(migration)).declarations)
  return [...refused().map(formatRefusedEffect), ...(await sizes())]
}

async function freshly(read: () => Promise<ReleaseWithStates>): Promise<ReleaseWithStates | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isError(error, 'states.missing') || isError(error, 'states.stale')) return undefined
    throw error
  }
}
