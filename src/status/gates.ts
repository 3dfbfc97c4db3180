import { linesOf, rowCounterOn } from '../gate/gate.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { History } from '../plan/history.ts'
import type { Progress } from '../plan/progress.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import { jobOf, type PreparedRelease } from '../run/job.ts'
import { shutBefore } from '../run/phase.ts'
import { prepareRelease } from '../run/plans.ts'

/**
 * Asks the gates of the next phase as a run does. Returns the evidence of each closed gate, one line each. Consent to destruction is
 * given with the run itself, so it is not required here. The plan of a release that is given by its name is made first.
 */
export async function closedGates(
  connected: ConnectedProject,
  release: PreparedRelease | string,
  phase: PhaseName,
  progress: Progress,
  history: History | undefined,
): Promise<readonly string[]> {
  const { dialect, policies, session } = connected
  const prepared = typeof release === 'string' ? await prepareRelease(connected, await connected.states.of(release), history) : release
  const observer = rowCounterOn(session, dialect.files)
  const job = jobOf(prepared, phase, progress, history, policies, {
    confirmed: true,
    again: new Set(),
    observer,
    at: connected.clock.now(),
  })
  return (await shutBefore(job)).flatMap(linesOf)
}
