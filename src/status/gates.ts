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
 * The evidence of the gates that are shut before the next phase, a line each, asked as the run asks them. Consent to what the
 * phase destroys is given with the run itself and is not asked for.
 */
export async function gatesShut(
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
