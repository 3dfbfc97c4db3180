import type { Stranger } from '../dialect/border.ts'
import type { Border, Session } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import type { PlannedRelease } from '../project/recorded.ts'
import type { Migration } from '../release/migration.ts'
import { groupsOf } from '../schema/difference.ts'
import type { GroupKey } from '../schema/object.ts'

/** Keeps what a transaction does away from objects of the database that are none of the project's. */
export interface Fence {
  /** Notes who the strangers are, before anything runs. */
  raise(): Promise<void>
  /** Inside the transaction, before its commit. Throws `migration.trespass`. */
  check(migration: Migration): Promise<void>
}

/** The session that runs the statements, and whether it still has the lock of the project. */
interface Held {
  readonly session: Session
  readonly stillMine: () => Promise<boolean>
}

export function fenceOn({ session, stillMine }: Held, border: Border, planned: PlannedRelease): Fence {
  let strangers: readonly Stranger[] = []
  return {
    raise: async () => {
      strangers = await border.strangers(session, everOurs(planned))
    },
    check: async (migration) => {
      const [holds] = await Promise.all([stillMine(), strangers.length > 0 && refuseTrespass(session, border, strangers, migration)])
      if (!holds) throw trespass(migration, ['the lock by which only one run works on the project'])
    },
  }
}

/** For measuring what the guards cost, and for nothing else. */
export const NO_FENCE: Fence = { raise: () => Promise.resolve(), check: () => Promise.resolve() }

/** Throws `migration.trespass` where the open transaction changed a stranger, or the server. */
export async function refuseTrespass(
  session: Session,
  border: Border,
  strangers: readonly Stranger[],
  migration: Migration,
): Promise<void> {
  const objects = await border.trespasses(session, strangers)
  if (objects.length > 0) throw trespass(migration, objects)
}

function trespass({ id, file }: Migration, objects: readonly string[]): InterphaseError {
  return new InterphaseError('migration.trespass', { migration: id, file, objects })
}

/** All groups that the project has at some point of the release. */
function everOurs({ start, end, positions }: PlannedRelease): ReadonlySet<GroupKey> {
  const passing = positions().flatMap(({ migration }) => migration.phased.flat().flatMap(groupsOf))
  return new Set([...start.groups.keys(), ...end.groups.keys(), ...passing])
}
