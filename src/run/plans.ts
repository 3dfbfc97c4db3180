import { readHistory } from '../ledger/read.ts'
import type { Plan } from '../plan/plan.ts'
import { progressOf } from '../plan/progress.ts'
import { loadFunction } from '../project/modules.ts'
import type { PlannedRelease } from '../project/recorded.ts'
import { prepare } from '../work/work.ts'
import type { ConnectedProject } from './connected-project.ts'
import { prepareRelease } from './job.ts'

/** Returns the plans of the releases that are not complete, the current release first. A run executes the same plans. */
export async function plansOf(connected: ConnectedProject): Promise<readonly Plan[]> {
  const { config, chain, dialect, policies } = connected
  const history = await readHistory(connected.session, dialect, config.project)
  const progress = progressOf(chain, history)
  const [problem] = progress.problems
  if (problem) throw problem
  const from = progress.next ? chain.releases.findIndex((release) => release.name === progress.next?.release.name) : chain.releases.length
  const plans: Plan[] = []
  const waiting: PlannedRelease[] = []
  for (const { name } of chain.releases.slice(from)) waiting.push(await connected.states.of(name))
  const sizes = await dialect.catalog.sizes(connected.session, pricedTables(waiting))
  for (const planned of waiting) {
    const about = { project: config.project, dialect: dialect.name, policies, history }
    plans.push(
      (await prepareRelease(planned, about, (migration, path) => prepare(migration, dialect.files, loadFunction, path))).plan(sizes),
    )
  }
  return plans
}

function pricedTables(releases: readonly PlannedRelease[]): readonly string[] {
  const migrations = releases.flatMap(({ recorded }) => [...recorded.migrations.values()])
  return [...new Set(migrations.flatMap(({ prices }) => prices.flatMap(({ tables }) => tables)))]
}
