import { InterphaseError } from '../error.ts'
import { underLease } from '../ledger/access.ts'
import type { Migration, MigrationId } from '../release/migration.ts'
import { runOrder } from '../release/order.ts'
import { type ConnectedProject, currentLeniency } from './connected-project.ts'
import { guardOn } from './guard.ts'
import { inOne } from './ledger-entry.ts'

/** The decision of a person about an interrupted migration. */
export type StampVerdict = 'done' | 'not-done'

/**
 * Records the decision of a person about an interrupted migration that the engine cannot resume, because the schema does not show
 * which rows the migration wrote. Throws `schema.differs` and writes nothing if the schema contradicts the decision.
 */
export async function stamp(connected: ConnectedProject, id: MigrationId, verdict: StampVerdict): Promise<void> {
  const migration = migrationOf(connected, id)
  await underLease(connected, 0, async ({ ledger, history }) => {
    const row = history.applied.find((applied) => applied.id === id)
    if (!row || row.run.state === 'done') throw new InterphaseError('stamp.finished', { migration: id, state: row ? 'done' : 'not begun' })
    const planned = await connected.states.of(migration.release)
    const position = planned.positions().find((one) => one.migration.id === id)
    if (!position) throw new InterphaseError('internal', { problem: `${id} has no recorded state` })
    const leniency = currentLeniency(connected, planned.recorded.server, history)
    const guard = guardOn(connected.session, connected.dialect.catalog, leniency)
    await guard.groups(verdict === 'done' ? position.after : position.before, position.guarded, `for ${id} to be ${verdict}`)
    const { state: was, cursor } = row.run
    await ledger.note({ kind: 'stamped', fields: { verdict, was, cursor } }, id)
    if (verdict === 'done') await ledger.accept(migration)
    await (verdict === 'done' ? ledger.finish(migration) : inOne(connected.session, [() => ledger.forget(migration, 'not done')]))
  })
}

function migrationOf(connected: ConnectedProject, id: MigrationId): Migration {
  const order = runOrder(connected.chain)
  const found = order.find((migration) => migration.id === id)
  if (!found) throw new InterphaseError('state.unknown', { id, known: order.map((migration) => migration.id) })
  return found
}
