import { InterphaseError, isError } from '../error.ts'
import type { DestructionConsent } from '../gate/gate.ts'
import { countPendingRows } from '../gate/pending.ts'
import { runUnderProjectLock } from '../ledger/access.ts'
import { readLedgerHistory } from '../ledger/read.ts'
import { ledgerProjectNameOfBase } from '../project/bases.ts'
import type { Migration } from '../release/migration.ts'
import { migrationsOfChainInRunOrder } from '../release/order.ts'
import { isBridgeUnfinished, makeProjectOfBase } from '../run/begun-bridge.ts'
import type { ConnectedProject } from '../run/connected-project.ts'
import { upgradeDatabase } from '../run/upgrade.ts'
import type { BaseWithRecordedStates } from './bases.ts'
import { findChainPointsEqualToLive, type LiveSchemaToCompare } from './recognise.ts'

/**
 * Returns the bases (old schemas of the project) whose schema equals the live schema, the newest first. The author of a base can
 * write a query for rows that only the databases of this base contain. A base with such a query belongs to the result only if the
 * query counts at least one row, and then precedes all bases without a query.
 */
export async function findBasesEqualToLiveSchema(
  connected: ConnectedProject,
  bases: readonly BaseWithRecordedStates[],
  comparison: LiveSchemaToCompare,
): Promise<readonly BaseWithRecordedStates[]> {
  const equal = findChainPointsEqualToLive(
    comparison,
    bases.map(({ point }) => point),
  )
  const found: BaseWithRecordedStates[] = []
  for (const known of bases.toReversed()) if (equal?.points.includes(known.point) && (await rowsFit(connected, known))) found.push(known)
  const decides = ({ base }: BaseWithRecordedStates) => Number(base.rows !== undefined)
  return found.sort((a, b) => decides(b) - decides(a))
}

async function rowsFit({ session, dialect }: ConnectedProject, { base }: BaseWithRecordedStates): Promise<boolean> {
  if (base.rows === undefined) return true
  return (await countPendingRows(session, dialect.files, { file: `${base.directory}.json`, text: base.rows })) > 0n
}

/**
 * Returns the base (an old schema of the project) whose bridge to the chain has begun in the database but is not finished,
 * according to the ledger. Returns undefined if no bridge has begun.
 */
export async function findBaseWithUnfinishedBridge(
  connected: ConnectedProject,
  bases: readonly BaseWithRecordedStates[],
): Promise<BaseWithRecordedStates | undefined> {
  for (const known of bases) {
    const history = await readLedgerHistory(connected.session, connected.dialect, projectOf(connected, known))
    if (history && isBridgeUnfinished(known.chain, history)) return known
  }
  return undefined
}

/**
 * Returns the migrations of the bridge of a base. The first release of a base contains the SQL script that creates the old schema,
 * and the bridge consists of all migrations after this script.
 */
export function migrationsOfBridge({ chain, point }: BaseWithRecordedStates): readonly Migration[] {
  return migrationsOfChainInRunOrder(chain).filter(({ id }) => !point.done.includes(id))
}

/** Throws `adopt.bridge`, whose message lists the migrations that would run from a base (an old schema) to the chain. */
export function throwBridgeNotRunError(known: BaseWithRecordedStates, ignore: readonly string[]): never {
  const { base } = known
  const migrations = migrationsOfBridge(known)
  throw new InterphaseError('adopt.bridge', {
    base: base.name,
    migrations: migrations.map(({ file }) => file),
    continues: base.continues,
    ignore,
  })
}

/**
 * Runs the bridge of a base as a separate project in the ledger, with the guards and events of a normal run. The bridge consists
 * of the migrations from the base to the chain. A later call resumes an interrupted bridge like a release. At the end, the
 * function makes the tables of the base belong to the project. Without consent, throws `phase.unconfirmed` before a release of
 * the bridge that destroys data.
 */
export async function runBridge(
  connected: ConnectedProject,
  known: BaseWithRecordedStates,
  confirmed: DestructionConsent,
  adopt: (own: ConnectedProject) => Promise<unknown>,
): Promise<void> {
  const { session, dialect } = connected
  const own = makeProjectOfBase(connected, known.base.name, known.chain)
  const history = await readLedgerHistory(session, dialect, own.config.project)
  if (!history || history.applied.length === 0) await adopt(own)
  try {
    await upgradeDatabase(own, { confirmed, again: new Set(), waitMs: 0 })
  } catch (error) {
    if (!isError(error, 'phase.unconfirmed')) throw error
    throw new InterphaseError('phase.unconfirmed', { ...error.facts, command: 'interphase adopt --bridge --yes' }, { cause: error })
  }
  await runUnderProjectLock(own, 0, ({ ledger }) => ledger.claim([]))
}

function projectOf({ config }: ConnectedProject, { base }: BaseWithRecordedStates): string {
  return ledgerProjectNameOfBase(config.project, base.name)
}
