import { InterphaseError } from '../error.ts'
import type { Policies } from '../phase/policy.ts'
import { effectsSeen, type Refusal, refusalsOf } from '../plan/verdict.ts'
import type { Chain, FrontMatter, Migration } from '../release/migration.ts'
import { phasedOrder } from '../release/order.ts'
import { loadFunction } from '../workspace/modules.ts'
import { type Charted, readChart } from '../workspace/recorded.ts'
import { pricesRefused, type ReadStatements } from './prices.ts'

/** What is wrong with a chain as its files and recorded states tell it: missing and stale states, and what a policy refuses. */
export async function checkChain(
  root: string,
  chain: Chain,
  policies: Policies,
  read: ReadStatements,
): Promise<readonly InterphaseError[]> {
  const chart = await readChart(root, chain)
  const refused: InterphaseError[] = []
  for (const charted of chart.releases) refused.push(...(await refusalsIn(chain, charted, policies, read)))
  return [...chart.problems, ...refused]
}

async function refusalsIn(
  chain: Chain,
  { release, recorded, start }: Charted,
  policies: Policies,
  read: ReadStatements,
): Promise<readonly InterphaseError[]> {
  const found: InterphaseError[] = []
  for (const migration of phasedOrder(release)) {
    const known = recorded.migrations.get(migration.id)
    if (!known) continue
    const says = await wordsOf(migration)
    const refusals = refusalsOf(migration, effectsSeen(known, says, start), says, policies[migration.phase])
    found.push(...refusals.map((refusal) => refusedBy(refusal, chain)))
    found.push(...(await pricesRefused(chain, migration, known, says, policies, read)))
  }
  return found
}

/** A function's definition may say more than the comments of its file. */
async function wordsOf(migration: Migration): Promise<FrontMatter> {
  return migration.body.kind === 'function' ? (await loadFunction(migration)).says : migration.says
}

function refusedBy({ migration, effect, on, reason }: Refusal, chain: Chain): InterphaseError {
  const { id, file, phase } = migration
  return new InterphaseError('policy.refuses', { migration: id, file, dialect: chain.dialect, phase, effect, on, reason })
}
