import { readLedgerHistory } from '../ledger/read.ts'
import type { LedgerHistory } from '../plan/history.ts'
import { ledgerProjectNameOfBase, listBases, readBaseChain } from '../project/bases.ts'
import { RecordedChainReader } from '../project/recorded.ts'
import type { ReleaseChain } from '../release/migration.ts'
import { migrationsOfChainInRunOrder } from '../release/order.ts'
import type { ConnectedProject } from './connected-project.ts'

/**
 * A bridge that has begun and is not complete in the database. A bridge consists of the migrations from an old schema (a base) to
 * the chain. `own` is the bridge as a separate project, with separate rows in the ledger.
 */
export interface UnfinishedBridge {
  readonly base: string
  readonly own: ConnectedProject
}

/**
 * Returns the bridge that `adopt --bridge` has begun and not completed in the database, according to the ledger. A bridge
 * consists of the migrations from an old schema to the chain. Returns undefined if no bridge is incomplete.
 */
export async function findUnfinishedBridge(connected: ConnectedProject): Promise<UnfinishedBridge | undefined> {
  const { config, session, dialect } = connected
  for (const base of listBases(config, dialect.name)) {
    const history = await readLedgerHistory(session, dialect, ledgerProjectNameOfBase(config.project, base.name))
    if (!history || history.applied.length === 0) continue
    const { chain } = readBaseChain(config, base, dialect.name)
    if (isBridgeUnfinished(chain, history)) return { base: base.name, own: makeProjectOfBase(connected, base.name, chain) }
  }
  return undefined
}

/**
 * Returns true if the ledger shows that the bridge of a base (the migrations from an old schema to the chain) has begun and is not
 * complete. The bridge is complete if all its migrations are done and its project in the ledger owns no objects any more, because
 * `adopt --bridge` removes the ownership at its end.
 */
export function isBridgeUnfinished(chain: ReleaseChain, { applied, groups }: LedgerHistory): boolean {
  const done = new Set(applied.flatMap(({ id, run }) => (run.state === 'done' ? [id] : [])))
  return applied.length > 0 && (groups.length > 0 || !migrationsOfChainInRunOrder(chain).every(({ id }) => done.has(id)))
}

/**
 * Returns the connected project with the chain of a base (an old schema with migrations), under the project name that the ledger
 * uses for the base.
 */
export function makeProjectOfBase(connected: ConnectedProject, base: string, chain: ReleaseChain): ConnectedProject {
  const project = ledgerProjectNameOfBase(connected.config.project, base)
  return {
    ...connected,
    config: { ...connected.config, project },
    writer: { ...connected.writer, project },
    chain,
    states: new RecordedChainReader(connected.config.root, chain, connected.session),
  }
}
