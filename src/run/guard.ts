import type { Catalog, Session } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { describeAll, describeMismatch } from '../schema/describe.ts'
import type { GroupKey } from '../schema/object.ts'
import { type Leniency, mismatches } from '../schema/mismatch.ts'
import { type State, partOf } from '../schema/state.ts'

/** Holds the live schema against the planned one. Throws `schema.differs` with the list of differences. */
export interface Guard {
  whole(expected: State, at: string): Promise<void>
  groups(expected: State, groups: readonly GroupKey[], at: string): Promise<void>
  /** The differences of these groups, without judging them. */
  look(expected: State, groups: readonly GroupKey[]): Promise<readonly string[]>
}

export function guardOn(session: Session, catalog: Catalog, leniency: Leniency): Guard {
  const compare = (expected: State, found: State) =>
    describeAll(mismatches(expected, found, leniency), (one) => describeMismatch(one, { before: 'planned', after: 'found' }))
  const refuse = (differences: readonly string[], at: string) => {
    if (differences.length > 0) throw new InterphaseError('schema.differs', { at, differences })
  }
  const look = async (expected: State, groups: readonly GroupKey[]) => {
    if (groups.length === 0) return []
    const { state } = await catalog.read(session, groups)
    return compare(partOf(expected, groups), state)
  }
  return {
    look,
    whole: async (expected, at) => refuse(compare(expected, (await catalog.read(session, 'whole')).state), at),
    groups: async (expected, groups, at) => refuse(await look(expected, groups), at),
  }
}

/** For measuring what the guards cost, and for nothing else. */
export const NO_GUARD: Guard = {
  whole: () => Promise.resolve(),
  groups: () => Promise.resolve(),
  look: () => Promise.resolve([]),
}
