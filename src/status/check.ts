import { InterphaseError } from '../error.ts'
import type { Policies } from '../phase/policy.ts'
import { type Judged, judgeRelease, type Refusal } from '../plan/verdict.ts'
import type { Chain, FrontMatter, Migration, MigrationId } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { loadFunction } from '../workspace/modules.ts'
import { type Charted, readChart } from '../workspace/recorded.ts'

/** What is wrong with a chain as its files and recorded states tell it: missing and stale states, and what a policy refuses. */
export async function checkChain(root: string, chain: Chain, policies: Policies): Promise<readonly InterphaseError[]> {
  const chart = await readChart(root, chain)
  const refused: InterphaseError[] = []
  for (const charted of chart.releases) {
    const judged = await judgedOf(charted, policies)
    const refusals = judged.flatMap((one) => one.refusals.filter(({ despite }) => despite === undefined))
    refused.push(...refusals.map((refusal) => refusedBy(refusal, chain)))
  }
  return [...chart.problems, ...refused]
}

async function judgedOf({ release, start, positions }: Charted, policies: Policies): Promise<readonly Judged[]> {
  const says = new Map<MigrationId, FrontMatter>()
  for (const migration of phasedOrder(release)) says.set(migration.id, await wordsOf(migration))
  return judgeRelease({ release, start, positions: positions() }, (migration) => says.get(migration.id) ?? migration.says, policies)
}

/** A function's definition may say more than the comments of its file. */
async function wordsOf(migration: Migration): Promise<FrontMatter> {
  return migration.body.kind === 'function' ? (await loadFunction(migration)).says : migration.says
}

function refusedBy({ migration, effect, object, on, reason }: Refusal, chain: Chain): InterphaseError {
  const { id, file, phase } = migration
  return new InterphaseError('policy.refuses', { migration: id, file, dialect: chain.dialect, phase, effect, object, on, reason })
}
