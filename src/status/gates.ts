import { linesOf, rowCounterOn } from '../gate/gate.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { History } from '../plan/history.ts'
import type { Progress } from '../plan/progress.ts'
import { loadFunction } from '../project/modules.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import { jobOf, prepareRelease } from '../run/job.ts'
import { shutBefore } from '../run/phase.ts'
import { prepare } from '../work/work.ts'

/**
 * Asks the gates of the next phase as a run does. Returns the evidence of each closed gate, one line each. Consent to destruction is
 * given with the run itself, so it is not required here.
 */
export async function closedGates(
  connected: ConnectedProject,
  release: string,
  phase: PhaseName,
  progress: Progress,
  history: History | undefined,
): Promise<readonly string[]> {
  const { config, chain, dialect, policies, session } = connected
  const planned = await connected.states.of(release)
  const about = { project: config.project, dialect: chain.dialect, policies, history }
  const prepared = await prepareRelease(planned, about, (migration, path) => prepare(migration, dialect.files, loadFunction, path))
  const observer = rowCounterOn(session, dialect.files)
  const job = jobOf(prepared, phase, progress, history, policies, {
    confirmed: true,
    again: new Set(),
    observer,
    at: connected.clock.now(),
  })
  return (await shutBefore(job)).flatMap(linesOf)
}
