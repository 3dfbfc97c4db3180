import { InterphaseError } from '../error.ts'
import type { MigrationId, ReleaseChain, SquashedReleases } from '../release/migration.ts'
import { migrationsInPhasedOrder } from '../release/order.ts'
import { type AppliedMigration, isMigrationDone, type LedgerHistory } from './history.ts'

/**
 * Returns the history of a database that ran a complete set of the migrations that the first release replaces. In the returned
 * history, the migrations of the first release count as done, and the replaced migrations are missing. For any other database,
 * the function returns the history unchanged.
 */
export function replaceSquashedMigrationsInHistory<H extends LedgerHistory | undefined>(chain: ReleaseChain, history: H): H {
  const [first] = chain.releases
  const path = history && first?.squashed && findCompletePath(first.squashed, history)
  if (!history || !first || !path) return history
  const ran = history.applied.filter(({ id }) => path.has(id))
  const others = history.applied.filter(({ id }) => !path.has(id))
  const folded = migrationsInPhasedOrder(first).map(({ id, checksum }) => foldInto({ id, release: first.name, checksum }, ran))
  return { ...history, applied: [...folded, ...others] }
}

/**
 * Returns true if the database ran a complete set of the migrations that the first release of the chain replaces, with the same
 * checksums.
 */
export function didDatabaseRunSquashedMigrations(chain: ReleaseChain, history: LedgerHistory): boolean {
  const squashed = chain.releases[0]?.squashed
  return squashed !== undefined && findCompletePath(squashed, history) !== undefined
}

/**
 * Returns the error `squash.inside` for a database that ran only some of the migrations that the first release replaces, or ran
 * another version of these migrations. `history` must be a result of `replaceSquashedMigrationsInHistory`. Returns undefined if
 * the history contains no such migration.
 */
export function findSquashProblem(chain: ReleaseChain, history: LedgerHistory): InterphaseError | undefined {
  const [first] = chain.releases
  if (!first?.squashed) return undefined
  const replaced = history.applied.filter(({ id }) => isReplacedMigration(chain, id))
  const last = replaced.at(-1)
  if (!last) return undefined
  const changed = replaced.filter(({ id, checksum }) => first.squashed?.paths.every((path) => path.get(id) !== checksum))
  return new InterphaseError('squash.inside', {
    at: last.id,
    release: first.name,
    files: first.squashed.files,
    changed: changed.map(({ id }) => id),
  })
}

/** Returns true if the first release of the chain replaces the migration. */
export function isReplacedMigration({ releases }: ReleaseChain, id: MigrationId): boolean {
  return releases[0]?.squashed?.paths.some((path) => path.has(id)) ?? false
}

function findCompletePath({ paths }: SquashedReleases, { applied }: LedgerHistory): ReadonlyMap<MigrationId, string> | undefined {
  const rows = new Map(applied.map((row) => [row.id, row]))
  return paths.find(
    (path) => path.size > 0 && [...path].every(([id, checksum]) => isMigrationDone(rows.get(id)) && rows.get(id)?.checksum === checksum),
  )
}

/** Makes the ledger row of a migration that counts as done because the migrations `ran` are done. */
function foldInto(about: Pick<AppliedMigration, 'id' | 'release' | 'checksum'>, ran: readonly AppliedMigration[]): AppliedMigration {
  const [first, last] = [ran[0], ran.at(-1)]
  const how = ran.some((row) => row.how === 'adopted') ? 'adopted' : 'run'
  const at = last?.run.state === 'done' ? last.run.at : ''
  const { startedAt = '', by = '', engine = '' } = first ?? {}
  return { ...about, run: { state: 'done', at, affected: 0 }, how, startedAt, by, engine, plan: '', policy: '' }
}
