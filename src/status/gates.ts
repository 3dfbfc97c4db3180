import { formatGateAnswer, makeRowCounter } from '../gate/gate.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { LedgerHistory } from '../plan/history.ts'
import type { ChainProgress } from '../plan/progress.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import { makePhaseJob, type PreparedRelease } from '../run/job.ts'
import { findClosedGates } from '../run/phase.ts'
import { prepareRelease } from '../run/plans.ts'

/**
 * Asks the gates of the next phase as a run does. Returns the evidence of each closed gate, one line each. Consent to destruction is
 * given with the run itself, so it is not required here. The plan of a release that is given by its name is made first.
 */
export async function evidenceOfClosedGates(
  connected: ConnectedProject,
  release: PreparedRelease | string,
  phase: PhaseName,
  progress: ChainProgress,
  history: LedgerHistory | undefined,
): Promise<readonly string[]> {
  const { dialect, policies, session } = connected
  const prepared = typeof release === 'string' ? await prepareRelease(connected, await connected.states.of(release), history) : release
  const observer = makeRowCounter(session, dialect.files)
  const job = makePhaseJob(prepared, phase, progress, history, policies, {
    confirmed: true,
    again: new Set(),
    observer,
    at: connected.clock.now(),
  })
  return (await findClosedGates(job)).flatMap(formatGateAnswer)
}
