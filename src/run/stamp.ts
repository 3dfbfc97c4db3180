import { InterphaseError } from '../error.ts'
import { runUnderProjectLock } from '../ledger/access.ts'
import type { Migration, MigrationId } from '../release/migration.ts'
import { migrationsOfChainInRunOrder } from '../release/order.ts'
import { findUnfinishedBridge } from './begun-bridge.ts'
import { type ConnectedProject, makeSchemaComparisonSettingsReader } from './connected-project.ts'
import { makeSchemaGuard } from './guard.ts'
import { runInOneTransaction } from './ledger-entry.ts'

/** The decision of a person about an interrupted migration: the migration counts as done, or as not done. */
export type StampDecision = 'done' | 'not-done'

/**
 * Records the decision of a person about an interrupted migration. The engine cannot resume such a migration, because the schema
 * does not show which rows the migration wrote. Throws `schema.differs` and writes nothing if the schema contradicts the
 * decision. With a reason in `despite`, the function does not compare the schema, and the ledger stores the reason. Throws
 * `state.unknown` for an unknown migration, and `stamp.finished` for a migration that is done or has not begun.
 */
export async function storeStampDecision(
  connected: ConnectedProject,
  id: MigrationId,
  verdict: StampDecision,
  despite?: string,
): Promise<void> {
  const own = isInChain(connected, id) ? undefined : (await findUnfinishedBridge(connected))?.own
  if (own && isInChain(own, id)) return storeStampDecision(own, id, verdict, despite)
  const migration = migrationOf(connected, id)
  await runUnderProjectLock(connected, 0, async ({ ledger, history }) => {
    const row = history.applied.find((applied) => applied.id === id)
    if (!row || row.run.state === 'done') throw new InterphaseError('stamp.finished', { migration: id, state: row ? 'done' : 'not begun' })
    const planned = await connected.states.of(migration.release)
    const position = planned.positions().find((one) => one.migration.id === id)
    if (!position) throw new InterphaseError('internal', { problem: `${id} has no recorded state` })
    const leniency = makeSchemaComparisonSettingsReader(connected, planned.recorded.server, history)
    const guard = makeSchemaGuard(connected.session, connected.dialect.catalog, leniency)
    if (despite === undefined)
      await guard.compareGroups(verdict === 'done' ? position.after : position.before, position.guarded, `for ${id} to be ${verdict}`)
    const { state: was, cursor } = row.run
    await ledger.note({ kind: 'stamped', fields: { verdict, was, cursor, ...(despite !== undefined && { despite }) } }, id)
    if (verdict === 'done') await ledger.accept(migration)
    await (verdict === 'done'
      ? ledger.finish(migration)
      : runInOneTransaction(connected.session, [() => ledger.forget(migration, 'not done')]))
  })
}

function isInChain({ chain }: ConnectedProject, id: MigrationId): boolean {
  return migrationsOfChainInRunOrder(chain).some((migration) => migration.id === id)
}

function migrationOf(connected: ConnectedProject, id: MigrationId): Migration {
  const order = migrationsOfChainInRunOrder(connected.chain)
  const found = order.find((migration) => migration.id === id)
  if (!found) throw new InterphaseError('state.unknown', { id, known: order.map((migration) => migration.id) })
  return found
}
