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

export function fenceOn(session: Session, border: Border, planned: PlannedRelease): Fence {
  let strangers: readonly Stranger[] = []
  return {
    raise: async () => {
      strangers = await border.strangers(session, everOurs(planned))
    },
    check: async (migration) => {
      if (strangers.length > 0) await refuseTrespass(session, border, strangers, migration)
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
  { id, file }: Migration,
): Promise<void> {
  const objects = await border.trespasses(session, strangers)
  if (objects.length > 0) throw new InterphaseError('migration.trespass', { migration: id, file, objects })
}

/** All groups that the project has at some point of the release. */
function everOurs({ start, end, positions }: PlannedRelease): ReadonlySet<GroupKey> {
  const passing = positions().flatMap(({ migration }) => migration.phased.flat().flatMap(groupsOf))
  return new Set([...start.groups.keys(), ...end.groups.keys(), ...passing])
}
