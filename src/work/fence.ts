import type { ObjectOutsideProject } from '../dialect/border.ts'
import type { DatabaseSession, OutsideObjectDetector } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { ReleaseWithStates } from '../project/recorded.ts'
import type { Migration } from '../release/migration.ts'
import { groupKeysOfDifference } from '../schema/difference.ts'
import type { SchemaGroupKey } from '../schema/object.ts'

/**
 * The checks before the commit of a transaction: the transaction must not have changed objects outside the project, and the
 * session must still have the lock of the project.
 */
export interface CommitChecks {
  /**
   * Reads from the database which objects do not belong to the project. The caller calls this method before the first migration.
   */
  readOutsideObjects(): Promise<void>
  /**
   * Checks the changes of the open transaction before the commit. Throws `migration.trespass` if the transaction changed an
   * object outside the project.
   */
  refuseOutsideChanges(migration: Migration): Promise<void>
  /**
   * Throws `lock.lost` if the session no longer has the lock of the project. The caller calls this method before each commit, and
   * before each statement that commits implicitly.
   */
  refuseLostLock(migration: Migration): Promise<void>
}

/**
 * The session that executes the statements, and a function that returns true if the session still has the lock of the project.
 */
interface Held {
  readonly session: DatabaseSession
  readonly stillHoldsLock: () => Promise<boolean>
}

/** Makes the checks before a commit, for the migrations of one release. */
export function makeCommitChecks(
  { session, stillHoldsLock }: Held,
  border: OutsideObjectDetector,
  planned: ReleaseWithStates,
): CommitChecks {
  let strangers: readonly ObjectOutsideProject[] = []
  return {
    readOutsideObjects: async () => {
      strangers = await border.listOutsideObjects(session, everOurs(planned))
    },
    refuseOutsideChanges: async (migration) => {
      if (strangers.length > 0) await refuseChangesOutsideProject(session, border, strangers, migration)
    },
    refuseLostLock: async ({ id, file }) => {
      if (!(await stillHoldsLock())) throw new InterphaseError('lock.lost', { migration: id, file })
    },
  }
}

/** The checks before a commit whose functions do nothing. Only the benchmark that measures the time of the guards uses them. */
export const NO_COMMIT_CHECKS: CommitChecks = {
  readOutsideObjects: () => Promise.resolve(),
  refuseOutsideChanges: () => Promise.resolve(),
  refuseLostLock: () => Promise.resolve(),
}

/** Throws `migration.trespass` if the open transaction changed one of the objects `strangers`, or a setting of the server. */
export async function refuseChangesOutsideProject(
  session: DatabaseSession,
  border: OutsideObjectDetector,
  strangers: readonly ObjectOutsideProject[],
  migration: Migration,
): Promise<void> {
  const objects = await border.listOutsideChanges(session, strangers)
  if (objects.length > 0) throw trespass(migration, objects)
}

function trespass({ id, file }: Migration, objects: readonly string[]): InterphaseError {
  return new InterphaseError('migration.trespass', { migration: id, file, objects })
}

/** Returns the keys of all groups of schema objects that belong to the project before or after any migration of the release. */
function everOurs({ start, end, positions }: ReleaseWithStates): ReadonlySet<SchemaGroupKey> {
  const passing = positions().flatMap(({ migration }) => migration.phased.flat().flatMap(groupKeysOfDifference))
  return new Set([...start.groups.keys(), ...end.groups.keys(), ...passing])
}
