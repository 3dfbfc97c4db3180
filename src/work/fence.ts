import type { ObjectOutsideProject } from '../dialect/border.ts'
import type { DatabaseSession, OutsideObjectCheck } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import type { Migration } from '../release/migration.ts'
import { groupsOfDifference } from '../schema/difference.ts'
import type { SchemaGroupKey } from '../schema/object.ts'

/** The checks that keep a transaction from changing objects of the database which do not belong to the project. */
export interface TransactionFence {
  /** Reads which objects do not belong to the project, before the first migration runs. */
  raise(): Promise<void>
  /** Checks the changes of the open transaction before its commit. Throws `migration.trespass`. */
  check(migration: Migration): Promise<void>
  /** Checks before a commit, and before a statement that commits by itself, that the session still holds the lock. Throws `lock.lost`. */
  checkLock(migration: Migration): Promise<void>
}

/** The session that runs the statements, and whether it still has the lock of the project. */
interface Held {
  readonly session: DatabaseSession
  readonly stillMine: () => Promise<boolean>
}

/** Makes the check of transactions for the migrations of one release. */
export function makeTransactionFence(
  { session, stillMine }: Held,
  border: OutsideObjectCheck,
  planned: ReleaseWithStates,
): TransactionFence {
  let strangers: readonly ObjectOutsideProject[] = []
  return {
    raise: async () => {
      strangers = await border.strangers(session, everOurs(planned))
    },
    check: async (migration) => {
      if (strangers.length > 0) await refuseChangesOutsideProject(session, border, strangers, migration)
    },
    checkLock: async ({ id, file }) => {
      if (!(await stillMine())) throw new InterphaseError('lock.lost', { migration: id, file })
    },
  }
}

/** A check of transactions that checks nothing. Used only for measuring the time that guards take. */
export const NO_TRANSACTION_FENCE: TransactionFence = {
  raise: () => Promise.resolve(),
  check: () => Promise.resolve(),
  checkLock: () => Promise.resolve(),
}

/** Throws `migration.trespass` if the open transaction changed one of these objects, or settings of the server. */
export async function refuseChangesOutsideProject(
  session: DatabaseSession,
  border: OutsideObjectCheck,
  strangers: readonly ObjectOutsideProject[],
  migration: Migration,
): Promise<void> {
  const objects = await border.trespasses(session, strangers)
  if (objects.length > 0) throw trespass(migration, objects)
}

function trespass({ id, file }: Migration, objects: readonly string[]): InterphaseError {
  return new InterphaseError('migration.trespass', { migration: id, file, objects })
}

/** Returns all groups of schema objects that belong to the project at any point of the release. */
function everOurs({ start, end, positions }: ReleaseWithStates): ReadonlySet<SchemaGroupKey> {
  const passing = positions().flatMap(({ migration }) => migration.phased.flat().flatMap(groupsOfDifference))
  return new Set([...start.groups.keys(), ...end.groups.keys(), ...passing])
}
