import { readHistory } from '../ledger/read.ts'
import type { Plan } from '../plan/plan.ts'
import { progressOf } from '../plan/progress.ts'
import { loadFunction } from '../project/modules.ts'
import type { Charted } from '../project/recorded.ts'
import { prepare } from '../work/work.ts'
import { prepareRelease } from './job.ts'
import type { Site } from './site.ts'

/** The plans of what is still to be run, the release at work first; it is those that a run executes. */
export async function plansOf(site: Site): Promise<readonly Plan[]> {
  const { config, chain, dialect, policies } = site
  const history = await readHistory(site.session, dialect, config.project)
  const progress = progressOf(chain, history)
  const [problem] = progress.problems
  if (problem) throw problem
  const from = progress.next ? chain.releases.findIndex((release) => release.name === progress.next?.release.name) : chain.releases.length
  const plans: Plan[] = []
  const waiting: Charted[] = []
  for (const { name } of chain.releases.slice(from)) waiting.push(await site.states.of(name))
  const sizes = await dialect.catalog.sizes(site.session, pricedTables(waiting))
  for (const charted of waiting) {
    const about = { project: config.project, dialect: dialect.name, policies, history }
    plans.push(
      (await prepareRelease(charted, about, (migration, path) => prepare(migration, dialect.files, loadFunction, path))).plan(sizes),
    )
  }
  return plans
}

function pricedTables(releases: readonly Charted[]): readonly string[] {
  const migrations = releases.flatMap(({ recorded }) => [...recorded.migrations.values()])
  return [...new Set(migrations.flatMap(({ prices }) => prices.flatMap(({ tables }) => tables)))]
}
