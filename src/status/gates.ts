import { observerOn } from '../gate/gate.ts'
import type { PhaseName } from '../phase/phase.ts'
import type { History } from '../plan/history.ts'
import type { Progress } from '../plan/progress.ts'
import { loadFunction } from '../project/modules.ts'
import { jobOf, prepareRelease } from '../run/job.ts'
import { shutBefore } from '../run/phase.ts'
import type { Site } from '../run/site.ts'
import { prepare } from '../work/work.ts'

/**
 * The evidence of the gates that are shut before the next phase, a line each, asked as the run asks them. Consent to what the
 * phase destroys is given with the run itself and is not asked for.
 */
export async function gatesShut(
  site: Site,
  release: string,
  phase: PhaseName,
  progress: Progress,
  history: History | undefined,
): Promise<readonly string[]> {
  const { config, chain, dialect, policies, session } = site
  const charted = await site.states.of(release)
  const about = { project: config.project, dialect: chain.dialect, policies, history }
  const prepared = await prepareRelease(charted, about, (migration, path) => prepare(migration, dialect.files, loadFunction, path))
  const observer = observerOn(session, dialect.files)
  const job = jobOf(prepared, phase, progress, history, policies, { confirmed: true, again: new Set(), observer })
  return (await shutBefore(job)).flatMap(({ evidence }) => evidence)
}
