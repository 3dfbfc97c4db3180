import { InterphaseError } from '../error.ts'
import { underLease } from '../ledger/tenure.ts'
import type { Migration, MigrationId } from '../release/migration.ts'
import { runOrder } from '../release/order.ts'
import { inOne } from './entry.ts'
import { guardOn } from './guard.ts'
import { leniencyAt, type Site } from './site.ts'

/** What a person says of a migration that was left in the middle. */
export type Verdict = 'done' | 'not-done'

/**
 * Ends a migration that the engine cannot end by itself, by a person's word: what it wrote, the schema does not say. What
 * the schema does say has to agree, or `schema.differs` is thrown and nothing is written.
 */
export async function stamp(site: Site, id: MigrationId, verdict: Verdict): Promise<void> {
  const migration = migrationOf(site, id)
  await underLease(site, 0, async ({ ledger, history }) => {
    const row = history?.applied.find((applied) => applied.id === id)
    if (!row || row.run.state === 'done') throw new InterphaseError('stamp.finished', { migration: id, state: row ? 'done' : 'not begun' })
    const charted = await site.states.of(migration.release)
    const position = charted.positions().find((one) => one.migration.id === id)
    if (!position) throw new InterphaseError('internal', { problem: `${id} has no recorded state` })
    const guard = guardOn(site.session, site.dialect.catalog, () => leniencyAt(site, charted.recorded.server))
    await guard.groups(verdict === 'done' ? position.after : position.before, position.guarded, `for ${id} to be ${verdict}`)
    const { state, statement, of } = row.run
    const stood = `it stood at statement ${statement + 1} of ${of}${state === 'undoing' ? ' of its undo' : ''}`
    await ledger.note('stamped', id, `said to be ${verdict}; ${stood}`)
    if (verdict === 'done') await ledger.accept(migration)
    await (verdict === 'done' ? ledger.finish(migration) : inOne(site.session, [() => ledger.forget(migration, 'not done')]))
  })
}

function migrationOf(site: Site, id: MigrationId): Migration {
  const order = runOrder(site.chain)
  const found = order.find((migration) => migration.id === id)
  if (!found) throw new InterphaseError('state.unknown', { id, known: order.map((migration) => migration.id) })
  return found
}
