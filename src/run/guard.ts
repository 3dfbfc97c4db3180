import type { Catalog, Session } from '../dialect/dialect.ts'
import { InterphaseError } from '../error.ts'
import { describeAll, describeMismatch } from '../schema/describe.ts'
import { type Leniency, mismatches } from '../schema/mismatch.ts'
import type { GroupKey } from '../schema/object.ts'
import { partOf, type State } from '../schema/state.ts'

/** Holds the live schema against the planned one. Throws `schema.differs` with the list of differences. */
export interface Guard {
  whole(expected: State, at: string): Promise<void>
  groups(expected: State, groups: readonly GroupKey[], at: string): Promise<void>
  /** The differences of these groups, without judging them. */
  look(expected: State, groups: readonly GroupKey[]): Promise<readonly string[]>
}

/** `leniency` is asked anew for every look at the whole: another project may have begun to work here meanwhile. */
export function guardOn(session: Session, catalog: Catalog, leniency: () => Promise<Leniency>): Guard {
  let last: Leniency | undefined
  const compare = (expected: State, found: State, lenient: Leniency) =>
    describeAll(mismatches(expected, found, lenient), (one) => describeMismatch(one, { before: 'planned', after: 'found' }))
  const refuse = (differences: readonly string[], at: string) => {
    if (differences.length > 0) throw new InterphaseError('schema.differs', { at, differences })
  }
  const look = async (expected: State, groups: readonly GroupKey[]) => {
    if (groups.length === 0) return []
    const { state } = await catalog.read(session, groups, { identities: false })
    last ??= await leniency()
    return compare(partOf(expected, groups), state, last)
  }
  return {
    look,
    whole: async (expected, at) => {
      last = await leniency()
      refuse(compare(expected, (await catalog.read(session, 'whole', { identities: false })).state, last), at)
    },
    groups: async (expected, groups, at) => refuse(await look(expected, groups), at),
  }
}

/** For measuring what the guards cost, and for nothing else. */
export const NO_GUARD: Guard = {
  whole: () => Promise.resolve(),
  groups: () => Promise.resolve(),
  look: () => Promise.resolve([]),
}
